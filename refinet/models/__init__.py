"The networks, their cost and their weights"
from refinet._lazy import names_from

__getattr__ = names_from(__name__, 'layers msafn cost weights loading')
