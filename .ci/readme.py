"README.md and its pictures from the stored outputs of nbs/index.ipynb; `--check` only compares, and looks whether the docs' sidebar names every notebook"
import base64, io, json, re, sys, yaml
from pathlib import Path
from fastcore.script import call_parse

root = Path(__file__).parent.parent
pictures = root/'nbs'/'images'
# of the table of tutorials: the notebook, and the cell whose picture stands for it
shown = {'01_train_a_teacher': 'fc22986b', '02_distil_a_student': '94602053', '03_explore_alpha': 'de07f14d', '04a_your_own_loss': 'b980c494',
         '04_enhance_pictures_and_clips': '400f0680', '05_your_data_your_teacher': 'df20c2ea', '06_publish': '2b912260'}

def text(o): return ''.join(o) if isinstance(o, list) else o

def alt(cell): # what a picture shows, for those who do not see it
    found = re.search(r'^#\|\s*fig-alt:\s*(.+)$', text(cell['source']), re.M)
    return found[1].strip(' "') if found else sys.exit(f"index.ipynb, cell {cell['id']}: a picture without #| fig-alt")

def outputs(cell, files):
    "Markdown of a cell's stored outputs; pictures go to `files`"
    out = []
    for o in cell.get('outputs', []):
        data = o.get('data', {})
        if o.get('name') == 'stderr' or 'application/vnd.jupyter.widget-view+json' in data: continue # progress
        if 'image/png' in data:
            name = f'index-{len(files)+1}.png'; files[name] = base64.b64decode(text(data['image/png']))
            out.append(f'![{alt(cell)}](nbs/images/{name})')
        elif 'text/markdown' in data: out.append(text(data['text/markdown']).rstrip())
        elif plain := text(o.get('text') or data.get('text/plain', '')).rstrip(): out.append(f'```text\n{plain}\n```')
    return out

def markdown(cell, files):
    "The README's form of one cell, empty if it is hidden"
    source = text(cell['source']); flags = re.findall(r'^#\|\s*(.+)$', source, re.M)
    if 'hide' in flags or not source.strip(): return ''
    if cell['cell_type'] != 'code':
        return re.sub(r'\]\((?!http|#|nbs/)([\w/.-]+\.ipynb)\)', r'](nbs/\1)', source.strip()).replace('src="images/', 'src="nbs/images/')
    code = '\n'.join(l for l in source.splitlines() if not l.startswith('#|')).strip()
    return '\n\n'.join(([] if 'echo: false' in flags else [f'```python\n{code}\n```']) + outputs(cell, files))

def thumbnails(): # name to bytes: the last picture of each tutorial's cell, small
    from PIL import Image
    made = {}
    for k,(name,cell) in enumerate(shown.items()):
        cells = json.loads((root/'nbs'/'tutorials'/f'{name}.ipynb').read_text(encoding='utf-8'))['cells']
        found = [o.get('data', {}) for c in cells if c['id'] == cell for o in c['outputs']]
        data = next(o[m] for o in found for m in ('image/png', 'image/jpeg') if m in o)
        image = Image.open(io.BytesIO(base64.b64decode(text(data)))).convert('RGB')
        image.thumbnail((480, 200), Image.LANCZOS)
        with io.BytesIO() as f: image.save(f, 'JPEG', quality=88); made[f'tutorial-{k+1}.jpg'] = f.getvalue()
    return made

def sidebar(): # what _quarto.yml names that is not there, and what is there but not named
    named = set(re.findall(r'[\w/]+\.ipynb', json.dumps(yaml.safe_load((root/'nbs'/'_quarto.yml').read_text())['website']['sidebar'])))
    there = {str(o.relative_to(root/'nbs')) for o in (root/'nbs').rglob('*.ipynb') if not any(p[0] in '._' for p in o.relative_to(root/'nbs').parts)}
    return sorted(named ^ there)

@call_parse
def main(
    check:bool=False, # Compare only; fail if anything differs
):
    "Write README.md and nbs/images"
    files = {}
    cells = json.loads((root/'nbs'/'index.ipynb').read_text(encoding='utf-8'))['cells']
    want = {root/'README.md': ('\n\n'.join(filter(None, (markdown(c, files) for c in cells))) + '\n').encode()}
    want |= {pictures/k: v for k,v in files.items()}
    wrong = [str(k.relative_to(root)) for k,v in want.items() if not k.exists() or k.read_bytes() != v]
    if check and (odd := sidebar()): sys.exit(f"{', '.join(odd)}: either in the sidebar of nbs/_quarto.yml or in nbs, not in both")
    if check: sys.exit(f"{', '.join(wrong)}: not what nbs/index.ipynb says; run python .ci/readme.py" if wrong else 0)
    pictures.mkdir(exist_ok=True)
    want |= {pictures/k: v for k,v in thumbnails().items()} # other versions of Pillow write other bytes: not compared
    for k,v in want.items(): k.write_bytes(v)
