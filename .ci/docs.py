"The docs site by quarto, into _docs; `--check` only prepares every notebook for it. What is documented comes from the package: no cell is run but `show_doc`"
import re, sys, tempfile
from pathlib import Path
from fastcore.script import call_parse
import nbdev.processors as processors
from nbdev.config import get_config
from nbdev.doclinks import nbglob

def begin(self): # nbdev would run every cell with an import in it, tests too, without the cells before it
    self.k = processors.CaptureShell(); self.k.run_cell('from nbdev.showdoc import show_doc')
    for o in re.findall(r'^#\|\s*default_exp ([\w.]+)', '\n'.join(c.source for c in self.nb.cells), re.M): self.k.run_cell(f'from {get_config().lib_path.name}.{o} import *')

processors.exec_show_docs.begin = begin
processors._do_eval = lambda cell: cell.cell_type == 'code' and bool(cell.parsed_()) and processors._show_docs(cell.parsed_())

@call_parse
def main(
    check:bool=False, # Without quarto
):
    "Make the docs"
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
