"Names that are imported when they are first used: `import refinet` and `refinet --help` should not wait for torch"
import importlib, inspect, sys, types

def names_from(package:str, modules:str):
    "The `__getattr__` of a package whose public names lie in these of its modules"
    def find(name):
        if name in modules.split(): return importlib.import_module(f'{package}.{name}')
        for o in () if name.startswith('_') else modules.split():
            module = importlib.import_module(f'{package}.{o}')
            if name in module.__all__: return getattr(module, name)
        raise AttributeError(f'module {package!r} has no attribute {name!r}')
    return find

def callable_package(package:str, name:str):
    "Let a package be called like the function that most people want of it: `refinet.train(...)` is `refinet.train.recipes.train(...)`"
    class Package(types.ModuleType):
        def __call__(self, *args, **kw): return self.__getattr__(name)(*args, **kw)
        @property
        def __signature__(self): return inspect.signature(self.__getattr__(name))
    sys.modules[package].__class__ = Package
