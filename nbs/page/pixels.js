// Pixels between 8 bits and the numbers a network takes. A picture here is {w, h, data}: three planes of floats in [0, 1].

const keys = x => { x = Math.abs(x); return x < 1 ? (1.5 * x - 2.5) * x * x + 1 : x < 2 ? ((-.5 * x + 2.5) * x - 4) * x + 2 : 0 }

// for each new place: where it begins among the old ones, and their weights
function taps(old, now) {
  const step = old / now, wide = Math.max(step, 1)
  return Array.from({ length: now }, (_, i) => {
    const at = (i + .5) * step, from = Math.max(0, Math.floor(at - 2 * wide + .5)), to = Math.min(old, Math.floor(at + 2 * wide + .5))
    const w = Array.from({ length: to - from }, (_, k) => keys((from + k + .5 - at) / wide)), sum = w.reduce((a, b) => a + b)
    return [from, w.map(o => o / sum)]
  })
}

// bicubic as Pillow and MATLAB mean it: Keys' kernel, a = -0.5, antialiased when it shrinks
export function resize({ w, h, data }, W, H) {
  const across = taps(w, W), down = taps(h, H), mid = new Float32Array(3 * h * W), out = new Float32Array(3 * H * W)
  for (let row = 0; row < 3 * h; row++) for (let x = 0; x < W; x++) {
    const [from, ws] = across[x]; let sum = 0
    for (let k = 0; k < ws.length; k++) sum += ws[k] * data[row * w + from + k]
    mid[row * W + x] = sum
  }
  for (let c = 0; c < 3; c++) for (let y = 0; y < H; y++) {
    const [from, ws] = down[y]
    for (let k = 0; k < ws.length; k++) for (let x = 0, i = (c * h + from + k) * W, o = (c * H + y) * W; x < W; x++) out[o + x] += ws[k] * mid[i + x]
  }
  return { w: W, h: H, data: out }
}

export const round8 = p => ({ ...p, data: p.data.map(o => Math.round(Math.min(1, Math.max(0, o)) * 255) / 255) })

export function fromImage({ width: w, height: h, data }) {
  const n = w * h, planes = new Float32Array(3 * n)
  for (let i = 0; i < n; i++) for (let c = 0; c < 3; c++) planes[c * n + i] = data[4 * i + c] / 255
  return { w, h, data: planes }
}

export function toImage({ w, h, data }) {
  const n = w * h, image = new ImageData(w, h)
  for (let i = 0; i < n; i++) { for (let c = 0; c < 3; c++) image.data[4 * i + c] = Math.round(data[c * n + i] * 255); image.data[4 * i + 3] = 255 }
  return image
}

// PSNR of the brightness, 4 pixels shaved: the field's number
export function psnr(a, b, border = 4) {
  const { w, h } = a, n = w * h, p = a.data, q = b.data
  let sum = 0
  for (let y = border; y < h - border; y++) for (let i = y * w + border; i < (y + 1) * w - border; i++) {
    const d = (65.481 * (p[i] - q[i]) + 128.553 * (p[n + i] - q[n + i]) + 24.966 * (p[2 * n + i] - q[2 * n + i])) / 255
    sum += d * d
  }
  return -10 * Math.log10(sum / ((w - 2 * border) * (h - 2 * border)))
}
