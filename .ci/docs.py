"""The docs site by quarto, into _docs; `--check` only prepares every notebook for it, and looks whether each stored figure says what it shows. What is
documented comes from the package: no cell is run but `show_doc`"""
import base64, io, json, re, sys, tempfile
from pathlib import Path
from fastcore.script import call_parse
from PIL import Image
import nbdev.processors as processors
from nbdev.config import get_config
from nbdev.doclinks import nbglob

def begin(self): # nbdev would run every cell with an import in it, tests too, without the cells before it
    self.k = processors.CaptureShell(); self.k.run_cell('from nbdev.showdoc import show_doc')
    for o in re.findall(r'^#\|\s*default_exp ([\w.]+)', '\n'.join(c.source for c in self.nb.cells), re.M): self.k.run_cell(f'from {get_config().lib_path.name}.{o} import *')

processors.exec_show_docs.begin = begin
processors._do_eval = lambda cell: cell.cell_type == 'code' and bool(cell.parsed_()) and processors._show_docs(cell.parsed_())

WITHOUT_WORDS = 0 # figures that may have neither a title nor an alt text: lower it when there are fewer, never raise it

def is_figure(output): return any(o.startswith('image/') for o in output.get('data', {}))

def says_what(source): # an alt text, or a title in the figure
    return bool(re.search(r'^#\|\s*fig-alt:\s*\S.{9,}', source, re.M) or re.search(r'title\s*=|title\(|plot_curves\(', source))

def figures(): # of all notebooks: stored, and the cells of those that say nothing
    stored,silent = 0,[]
    for fn in nbglob(as_path=True):
        for c in json.loads(fn.read_text(encoding='utf-8'))['cells']:
            n = sum(map(is_figure, c.get('outputs', [])))
            stored += n
            if n and not says_what(''.join(c['source'])): silent.append(f'{fn.parent.name}/{fn.name}, cell {c["id"]}')
    return stored,silent

def stored_bars(drop=False): # of the tutorials; outside a kernel a bar is the words it began with: 0 % of a run that has ended
    n = 0
    for fn in nbglob('nbs/tutorials', as_path=True):
        nb = json.loads(fn.read_text(encoding='utf-8'))
        is_bar = lambda o: 'application/vnd.jupyter.widget-view+json' in o.get('data', {}) and '%|' in ''.join(o['data'].get('text/plain', ''))
        for c in nb['cells']:
            n += sum(map(is_bar, c.get('outputs', [])))
            if drop and 'outputs' in c: c['outputs'] = [o for o in c['outputs'] if not is_bar(o)]
        if drop: fn.write_text(json.dumps(nb, indent=1, ensure_ascii=False, sort_keys=True) + '\n', encoding='utf-8')
    return n

LARGE = 100_000 # characters of a stored picture

def as_jpeg(png): # the base64 of a picture; that of the same as JPEG
    with io.BytesIO() as f:
        Image.open(io.BytesIO(base64.b64decode(png))).convert('RGB').save(f, 'JPEG', quality=90, subsampling=0) # colours as sharp as brightness
        return base64.b64encode(f.getvalue()).decode()

def shrink(output)->bool: # of a cell
    "Keep a large photograph once, as JPEG: a plot, and what is small, stays as it is"
    data = output.get('data', {}); png = ''.join(data.get('image/png', ''))
    if len(png) < LARGE or 1.5*len(jpeg := as_jpeg(png)) > len(png): return False
    data.pop('image/png'); data['image/jpeg'] = jpeg
    return True

def large_pictures(): # of all notebooks
    n = 0
    for fn in nbglob(as_path=True):
        nb = json.loads(fn.read_text(encoding='utf-8'))
        found = sum(shrink(o) for c in nb['cells'] for o in c.get('outputs', []))
        if found: fn.write_text(json.dumps(nb, indent=1, ensure_ascii=False) + '\n', encoding='utf-8')
        n += found
    return n

@call_parse
def main(
    check:bool=False, # Without quarto
    tidy:bool=False,  # Only drop the progress bars from the outputs of the tutorials, and keep large pictures as JPEG
):
    "Make the docs"
    if tidy: sys.exit(print(f'{stored_bars(drop=True)} stored progress bars dropped, {large_pictures()} pictures made smaller'))
    if not check:
        from nbdev.quarto import nbdev_docs
        sys.exit(nbdev_docs.__wrapped__(n_workers=0)) # in this process, where the two lines above hold
    from nbdev.serve_drv import exec_nb
    documented = 0
    with tempfile.TemporaryDirectory() as d:
        for fn in nbglob(as_path=True):
            exec_nb(fn, Path(d)/fn.name, processors.FilterDefaults)
            documented += (Path(d)/fn.name).read_text().count('[source](')
    print(f'{documented} functions and classes documented')
    if not documented: sys.exit('nothing is documented')
    stored,silent = figures()
    print(f'{stored} stored figures, {len(silent)} without a title or an alt text')
    if bars := stored_bars(): print(f'{bars} progress bars of tutorials are stored as 0 %: python .ci/docs.py --tidy drops them')
    if len(silent) > WITHOUT_WORDS: sys.exit('no title and no #| fig-alt: ' + '; '.join(silent))
