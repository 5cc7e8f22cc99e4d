"The training loop and what hangs in it"
from refinet._lazy import callable_package, names_from

__getattr__ = names_from(__name__, 'loop trainer parallel callbacks optimizers monitoring checkpoints probe rehearsal memory settings runs recipes')
callable_package(__name__, 'train')
