"""Run every notebook, two at a time, the tutorials in a Jupyter kernel of their own; ends with the line 'N passed, N failed'. As a person
works with the tutorials: `--twice` runs each of their cells two times in one kernel, `--changed` each tutorial with other settings:
`python .ci/nbtest.py --only tutorials --twice` (minutes, not part of a normal run)"""
import copy, os, re, sys, tempfile, time
os.environ.setdefault('OMP_NUM_THREADS', '1') # two notebooks on two cores: threads that wait for each other cost more than they give
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context, set_start_method
from fastcore.script import call_parse
from nbdev.config import get_config
from nbdev.doclinks import nbglob
from nbdev.test import test_nb

other_settings = {r'\bsteps=(\d+), epoch_steps': r'seed=1, steps=\1, epoch_steps', "weights = 'nano_msafn' if": "weights = 'light_msafn' if"} # what `--changed` replaces in code cells

def change_settings(nb):
    "Replace in the code cells what stands in `other_settings`; the number of cells that changed"
    changed = 0
    for c in nb.cells:
        old = c.source
        if c.cell_type == 'code':
            for o,new in other_settings.items(): c.source = re.sub(o, new, c.source)
        changed += c.source != old
    return changed

def twice_each(nb): return [o for c in nb.cells for o in ([c, copy.deepcopy(c)] if c.cell_type == 'code' else [c])]

def tutorial(fn, skip, kernel='python3', twice=False, changed=False):
    "Run a tutorial as a person does, in an empty folder, from top to bottom in a kernel, and count its pictures"
    import nbformat
    from nbclient import NotebookClient
    nb,start = nbformat.read(fn, 4),time.monotonic()
    nb.cells = [o for o in nb.cells if not re.search(rf"^#\|\s*({'|'.join(['eval:.*false', *skip])})\b", o.source, re.M)]
    if changed and not change_settings(nb): print(f'{fn.name}: no setting to change'); return False,0,0
    if twice: nb.cells = twice_each(nb)
    with tempfile.TemporaryDirectory() as d:
        try: NotebookClient(nb, timeout=1200, kernel_name=kernel, resources=dict(metadata=dict(path=d))).execute()
        except Exception as e: print(f'{fn.name}: {e}'); return False,time.monotonic()-start,0
    pictures = sum('image/png' in o.get('data', {}) for c in nb.cells for o in c.get('outputs', []))
    return pictures > 0,time.monotonic()-start,pictures

def one(fn, skip, force, base, twice=False, changed=False):
    if fn.parent.name == 'tutorials':
        good,secs,pictures = tutorial(fn, [o for o in skip if o not in force], twice=twice, changed=changed)
        print(f'{"ok  " if good else "FAIL"} {fn.name} {secs:.0f}s in a kernel, {pictures} pictures', flush=True)
        return fn.name,good
    set_start_method(None, force=True) # the platform's own, as in Jupyter: spawned, this process would spawn in turn
    good,secs = test_nb(fn, skip_flags=skip, force_flags=force, basepath=base)
    print(f'{"ok  " if good else "FAIL"} {fn.name} {secs:.0f}s', flush=True)
    return fn.name,good

@call_parse
def main(
    flags:str='',      # Skipped flags to run after all, e.g. 'slow'
    only:str='',       # Part of the names of the notebooks to run
    n_workers:int=2,   # At a time
    twice:bool=False,  # Each cell of a tutorial two times in a row
    changed:bool=False, # The tutorials with other settings
):
    "Run every notebook"
    cfg = get_config()
    os.environ['PYTHONPATH'] = os.pathsep.join(filter(None, [str(cfg.config_path), os.environ.get('PYTHONPATH')]))
    # tutorials take longest: first, or one of them runs alone at the end
    fns = [o.absolute() for o in sorted(nbglob(as_path=True), key=lambda o: (o.parent.name != 'tutorials', o)) if only in str(o)]
    with ProcessPoolExecutor(n_workers, mp_context=get_context('spawn'), max_tasks_per_child=1) as pool:
        jobs = [pool.submit(one, o, cfg.tst_flags.split(), flags.split(), cfg.config_path, twice, changed) for o in fns]
        found = []
        for fn,job in zip(fns, jobs):
            try: found.append(job.result())
            except Exception as e: print(f'FAIL {fn.name}: {e!r}'); found.append((fn.name, False))
    bad = [n for n,good in found if not good]
    if bad: print('failed: ' + ', '.join(bad))
    print(f'{len(found)-len(bad)} passed, {len(bad)} failed')
    sys.exit(bool(bad) or not found)
