"Teachers and students"
from refinet._lazy import callable_package, names_from

__getattr__ = names_from(__name__, 'teachers soft_targets distiller recipes ablation results')
callable_package(__name__, 'distill')
