"Widgets for notebooks"
from refinet._lazy import names_from

__getattr__ = names_from(__name__, 'divider panel explorer gradients alpha_lab monitor')
