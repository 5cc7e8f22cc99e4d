"What the cells of the notebooks look like, counted for each module; `--check` fails if a total is over its limit"
import ast, importlib, io, json, re, sys, tokenize
from pathlib import Path
from fastcore.script import call_parse
from pyflakes.checker import Checker
from pyflakes.messages import UndefinedName

root = Path(__file__).parent.parent
WIDTH = 110      # characters in a line of code
LONG_CELL = 35   # lines in an exported cell
MANY_CELLS = 70  # cells in a notebook
LONG_MODULE = 260 # lines in a module
# What `--check` allows: lower a number when the total is lower, never raise one
LIMITS = dict(wide=0, nested=0, unpacked=0, joined=0, long_cells=0, many_cells=0, unknown=0, long_modules=3)
HEADS = dict(wide=f'lines over {WIDTH}', nested='conditional in a conditional', unpacked='four names or more unpacked',
             joined='statements joined by ;', long_cells=f'exported cells over {LONG_CELL} lines',
             many_cells=f'notebooks over {MANY_CELLS} cells', unknown='names that no cell makes',
             long_modules=f'modules over {LONG_MODULE} lines')

def text(cell): return ''.join(cell['source'])

def exported(cell):
    "Does nbdev write this cell into the module?"
    if cell['cell_type'] != 'code': return False
    marks = [o[2:].split() for o in text(cell).splitlines() if o.startswith('#|')]
    return any(o and o[0] in ('export', 'exporti', 'exports') for o in marks)

def nested(tree):
    "Conditional expressions that stand inside another one"
    outer = [o for o in ast.walk(tree) if isinstance(o, ast.IfExp)]
    inner = {id(o) for c in outer for o in ast.walk(c) if isinstance(o, ast.IfExp) and o is not c}
    return len(inner)

def unpacked(tree):
    "Assignments of four names or more at once"
    targets = [t for o in ast.walk(tree) if isinstance(o, ast.Assign) for t in o.targets]
    return sum(isinstance(t, (ast.Tuple, ast.List)) and len(t.elts) >= 4 for t in targets)

def joined(source):
    "Semicolons between statements"
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return sum(o.type == tokenize.OP and o.string == ';' for o in tokens)

def starred(module): # what `from module import *` brings
    found = vars(importlib.import_module(module))
    return found.get('__all__') or [o for o in found if o[0] != '_']

def unknown(cells):
    "Names that no cell of a notebook makes: an error where a branch is seldom taken, on other processors say, shows only there"
    sources = [text(o) for o in cells if o['cell_type'] == 'code' and not text(o).startswith('%%')]
    tree = ast.parse(re.sub(r'^(\s*)[!%].*', r'\1pass', '\n'.join(sources), flags=re.M)) # what is for the shell
    for o in ast.walk(tree):
        if isinstance(o, ast.ImportFrom) and o.names[0].name == '*': o.names = [ast.alias(k) for k in starred(o.module)]
    return [o for m in Checker(tree).messages if isinstance(m, UndefinedName) and (o := m.message_args[0]) not in ('display', 'get_ipython')]

def measure(fn):
    "Counts of one notebook, with the places that they stand for"
    cells = json.loads(fn.read_text(encoding='utf-8'))['cells']
    row,places = dict.fromkeys(HEADS, 0),[]
    longest = 0
    for cell in cells:
        if not exported(cell): continue
        source = text(cell)
        lines = source.splitlines()
        wide = [o for o in lines if len(o) > WIDTH]
        tree = ast.parse(source)
        found = dict(wide=len(wide), nested=nested(tree), unpacked=unpacked(tree), joined=joined(source),
                     long_cells=int(len(lines) > LONG_CELL))
        for k,n in found.items():
            row[k] += n
            if n: places.append((k, cell['id'], wide[0].strip()[:60] if k == 'wide' else lines[1][:60], n))
        longest = max(longest, len(lines))
    row['many_cells'] = int(len(cells) > MANY_CELLS)
    row['unknown'] = len(names := unknown(cells))
    places += [('unknown', '', o, 1) for o in names]
    return row,longest,len(cells),places

def module_of(fn):
    "The Python file that a notebook exports, None if it exports nothing"
    for cell in json.loads(fn.read_text(encoding='utf-8'))['cells']:
        for o in text(cell).splitlines():
            if o.startswith('#| default_exp'): return root/'refinet'/(o.split()[-1].replace('.', '/') + '.py')

@call_parse
def main(
    check:bool=False, # Fail if a total is over the limit at the top of this file
    show:str='',      # Also list the places in notebooks whose path has this in it; 'all' lists every one
):
    "Count long lines, nested conditionals, wide unpackings, joined statements and long cells"
    total = dict.fromkeys(HEADS, 0)
    longest,largest = (0, ''),(0, '')
    print(f'{"notebook":36}' + ''.join(f'{k:>13}' for k in HEADS) + f'{"longest":>9}{"cells":>7}{"module":>8}')
    for fn in sorted((root/'nbs').rglob('*.ipynb')):
        name = str(fn.relative_to(root/'nbs'))[:-6]
        if any(o[0] in '._' for o in Path(name).parts): continue
        row,cell,cells,places = measure(fn)
        module = module_of(fn)
        size = len(module.read_text(encoding='utf-8').splitlines()) if module and module.exists() else 0
        row['long_modules'] = int(size > LONG_MODULE)
        for k,n in row.items(): total[k] += n
        longest,largest = max(longest, (cell, name)),max(largest, (cells, name))
        print(f'{name:36}' + ''.join(f'{n or "":>13}' for n in row.values()) + f'{cell:>9}{cells:>7}{size:>8}')
        if show and (show == 'all' or show in name):
            for kind,id,line,n in places: print(f'    {kind:10} {id:10} x{n} {line}')
    print(f'\n{"total":36}' + ''.join(f'{n:>13}' for n in total.values()))
    for k,n in total.items(): print(f'{n:6} {HEADS[k]} (limit {LIMITS[k]})')
    print(f'{longest[0]:6} lines in the longest exported cell ({longest[1]})')
    print(f'{largest[0]:6} cells in the largest notebook ({largest[1]})')
    over = [f'{HEADS[k]}: {n}, limit {LIMITS[k]}' for k,n in total.items() if n > LIMITS[k]]
    if check and over: sys.exit('style: ' + '; '.join(over))
