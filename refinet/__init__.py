"Enhance frames in real time by knowledge distillation"
__version__ = "0.1.0"

_names = dict(create_model='models', list_models='models', load_model='models', restore='models', evaluate='metrics', compare='widgets', try_on='widgets', open_frames='data')
_packages = 'train', 'distill', 'enhance' # these are called: refinet.train(...)

def __getattr__(name):
    import importlib
    if name in _packages: return importlib.import_module(f'refinet.{name}')
    if name in _names: return getattr(importlib.import_module(f'refinet.{_names[name]}'), name)
    raise AttributeError(f"module 'refinet' has no attribute {name!r}")

def __dir__(): return [*globals(), *_names, *_packages]
