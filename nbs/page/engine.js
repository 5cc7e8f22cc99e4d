// The runtime and the networks: the same for a picture in the page and for a call in its worker
import { round8 } from './pixels.js'

// WebGPU where there is one, WebAssembly everywhere; `asked` is wasm or webgpu, or null
export async function load(names, asked) {
  const gpu = await navigator.gpu?.requestAdapter().catch(() => null)
  const real = gpu && !gpu.info?.isFallbackAdapter // one in software is slower than WebAssembly
  for (const engine of new Set([asked ?? (real ? 'webgpu' : 'wasm'), 'wasm'])) try {
    const ort = await import(engine == 'webgpu' ? './ort/ort.webgpu.min.mjs' : './ort/ort.wasm.min.mjs'), nets = {}
    ort.env.wasm.wasmPaths = new URL('ort/', import.meta.url).href
    ort.env.wasm.numThreads = self.crossOriginIsolated ? Math.min(4, navigator.hardwareConcurrency) : 1 // more need headers that a plain host does not send
    const options = { executionProviders: [engine], logSeverityLevel: 3 }
    for (const o of names) nets[o] = await ort.InferenceSession.create(new URL(`nano_${o}.onnx`, import.meta.url).href, options)
    return { engine, threads: engine == 'wasm' ? ort.env.wasm.numThreads : 0, run: runner(ort, nets) }
  } catch (e) { if (engine == 'wasm') throw e }
}

function runner(ort, nets) {
  let last = Promise.resolve() // a session does one thing at a time
  return (net, { w, h, data }) => last = last.catch(() => 0).then(async () => {
    const start = performance.now(), { output } = await nets[net].run({ input: new ort.Tensor('float32', data, [1, 3, h, w]) })
    const [, , H, W] = output.dims
    return { out: round8({ w: W, h: H, data: await output.getData() }), ms: performance.now() - start }
  })
}
