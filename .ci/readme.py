"README.md and its pictures from the stored outputs of nbs/index.ipynb; `--check` only compares, and looks whether the docs' sidebar names every notebook"
import base64, json, re, sys, yaml
from pathlib import Path
from fastcore.script import call_parse

root = Path(__file__).parent.parent
pictures = root/'nbs'/'images'

def text(o): return ''.join(o) if isinstance(o, list) else o

def outputs(cell, files):
    "Markdown of a cell's stored outputs; pictures go to `files`"
    out = []
    for o in cell.get('outputs', []):
        data = o.get('data', {})
        if o.get('name') == 'stderr' or 'application/vnd.jupyter.widget-view+json' in data: continue # progress
        if 'image/png' in data:
            name = f'index-{len(files)+1}.png'; files[name] = base64.b64decode(text(data['image/png']))
            out.append(f'![{"".join(cell["metadata"].get("tags", [])) or "a picture made by the notebook"}](nbs/images/{name})')
        elif 'text/markdown' in data: out.append(text(data['text/markdown']).rstrip())
        elif plain := text(o.get('text') or data.get('text/plain', '')).rstrip(): out.append(f'```text\n{plain}\n```')
    return out

def markdown(cell, files):
    "The README's form of one cell, empty if it is hidden"
    source = text(cell['source']); flags = re.findall(r'^#\|\s*(.+)$', source, re.M)
    if 'hide' in flags or not source.strip(): return ''
    if cell['cell_type'] != 'code': return re.sub(r'\]\((?!http|#|nbs/)([\w/.-]+\.ipynb)\)', r'](nbs/\1)', source.strip())
    code = '\n'.join(l for l in source.splitlines() if not l.startswith('#|')).strip()
    return '\n\n'.join(([] if 'echo: false' in flags else [f'```python\n{code}\n```']) + outputs(cell, files))

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
    for k,v in want.items(): k.write_bytes(v)
