// The worker of a call: enhances the frames that arrive, and measures them against the camera's own
import { load } from './engine.js'
import { fromImage, psnr, resize, round8, toImage } from './pixels.js'
import { readNumber, stripHeight } from './strip.js'

const kept = 64 // frames of the camera: one that arrives later than that is not measured
let net, truths = new Map()

// the part that is shown, and the number below it
function open(frame, w, h) {
  const below = stripHeight(h), t = new OffscreenCanvas(w, h + below).getContext('2d', { willReadFrequently: true })
  t.imageSmoothingQuality = 'high'; t.drawImage(frame, 0, 0, w, h + below); frame.close()
  return [fromImage(t.getImageData(0, 0, w, h)), readNumber(t.getImageData(0, h, w, below))]
}

async function enhance({ frame, w, h, factor, turn }) {
  const start = performance.now(), [sent, id] = open(frame, w, h), truth = truths.get(id)
  const before = factor == 1 ? sent : round8(resize(sent, factor * w, factor * h))
  const { out, ms } = await net.run('degraded', before), scores = truth && [before, out].map(o => psnr(o, fromImage(truth)))
  const [a, b] = [toImage(before), toImage(out)]
  postMessage({ made: { id, before: a, after: b, scores, network: ms, ms: performance.now() - start, turn } }, [a.data.buffer, b.data.buffer])
}

onmessage = async ({ data: { asked, truth, frame, clear } }) => {
  try {
    if (clear) truths.clear()
    if (truth) { truths.set(truth.id, truth.image); if (truths.size > kept) truths.delete(truths.keys().next().value) }
    if (frame) await enhance(frame)
    if (asked !== undefined) { net = await load(['degraded'], asked); postMessage({ ready: { engine: net.engine, threads: net.threads } }) }
  } catch (e) { postMessage({ broke: e.message, loading: asked !== undefined }) }
}
