"""Crops of a data set as JPEG files of high quality, few enough to travel: `python zoo/gpu_pack.py FRAMES... -o pack --max-mb 24`

Each source gives about as many as any other, from its richest places, and keeps its side of the split: the test sources are left out. What is
written is a folder of pictures, which `refinet pack` and `refinet train` read."""
import argparse, io, sys
from pathlib import Path
import numpy as np
from PIL import Image
from refinet.data.collections import open_frames

def detail(a): # (H, W, 3): how much there is to be learned from it
    a = a.astype(np.float32).mean(2)
    return np.abs(np.diff(a, axis=0)).mean() + np.abs(np.diff(a, axis=1)).mean()

def richest(a, size, rng, tries=6): # (H, W, 3): of some crops the one with most detail
    h,w = a.shape[:2]
    places = [(int(rng.integers(h-size+1)), int(rng.integers(w-size+1))) for _ in range(tries)]
    return max((a[y:y+size, x:x+size] for y,x in places), key=detail)

def crops(frames, size, seed): # name and JPEG, one frame after the other, in an order that mixes the sources
    rng = np.random.default_rng(seed)
    for i in rng.permutation(len(frames)):
        a = frames.array(int(i))
        if min(a.shape[:2]) < size: continue
        f = io.BytesIO()
        Image.fromarray(richest(a, size, rng)).save(f, 'JPEG', quality=95, subsampling=0)
        yield int(i),f.getvalue()

def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('data', nargs='+')
    p.add_argument('-o', '--out', required=True, type=Path)
    p.add_argument('--max-mb', type=float, default=24)
    p.add_argument('--size', type=int, default=192)
    p.add_argument('--seed', type=int, default=0)
    o = p.parse_args()
    if o.out.exists() and any(o.out.iterdir()): sys.exit(f'{o.out} is not empty: choose another folder')
    o.out.mkdir(parents=True, exist_ok=True)
    total,n = 0,0
    for k,data in enumerate(o.data):
        frames,room = open_frames(data, 'train'),o.max_mb*2**20*(k+1)/len(o.data)
        for i,jpeg in crops(frames, o.size, o.seed):
            if total + len(jpeg) > room: break
            # a name of its own for each: none is taken for a neighbour of another
            (o.out/f'{k}-{i:06d}{"abcdefghij"[n % 10]}.jpg').write_bytes(jpeg)
            total,n = total+len(jpeg),n+1
    print(f'{n} crops of {o.size}x{o.size}, {total/2**20:.1f} MiB in {o.out}')

if __name__ == '__main__': main()
