"Widgets for notebooks"
from refinet._lazy import names_from

__getattr__ = names_from(__name__, 'divider panel explorer gradients gradient_panel alpha_lab monitor sheet')
