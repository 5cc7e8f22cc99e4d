"The networks, their cost and their weights"
from refinet._lazy import names_from

__getattr__ = names_from(__name__, 'layers descriptor msafn fast_lr cost weights loading')
