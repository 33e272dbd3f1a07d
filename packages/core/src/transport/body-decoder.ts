import type { Transform } from 'node:stream'
import { isProviderError, ProviderError } from '@resoftai/sdk'
import { answerTooLarge, maxAnswerBytes } from './body-limit.ts'

type ContentEncoding = 'gzip' | 'deflate' | 'br'

const encodings: Readonly<Record<string, ContentEncoding>> = { gzip: 'gzip', 'x-gzip': 'gzip', deflate: 'deflate', br: 'br' }

const none: readonly string[] = []

/** How a body is compressed, layer by layer. The host asks for no compression, but some vendors and relays compress all the same. */
export function readLayers(contentEncoding: string | undefined): readonly string[] {
  if (contentEncoding === undefined) return none
  const layers = contentEncoding.toLowerCase().split(',')
  return layers.map(layer => layer.trim()).filter(layer => layer !== '' && layer !== 'identity')
}

/** Nobody needs more than one layer but to make a small body huge. */
function chooseEncoding(layers: readonly string[]): ContentEncoding {
  const [layer = ''] = layers
  const encoding = layers.length === 1 && Object.hasOwn(encodings, layer) ? encodings[layer] : undefined
  if (encoding !== undefined) return encoding
  const names = layers.join(', ').slice(0, 80)
  throw new ProviderError('protocol', `The vendor sent a body compressed in a way that was not asked for: ${names}.`, {
    code: 'encoding',
    retryable: false
  })
}

/** Decompresses a body as it is read: no more of it is taken than the reader asks for. */
export class BodyDecoder {
  #chunks: AsyncIterator<Buffer>
  #stream: Transform | undefined
  #failure: Error | undefined
  #bytes = 0

  constructor(layers: readonly string[], readSource: () => Promise<Buffer | undefined>) {
    this.#chunks = this.#decode(layers, readSource)
  }

  async read(): Promise<Buffer | undefined> {
    try {
      const { value, done } = await this.#chunks.next()
      if (done === true) return undefined
      this.#bytes += value.length
      if (this.#bytes > maxAnswerBytes) throw answerTooLarge()
      return value
    } catch (error) {
      throw isProviderError(error) ? error : (this.#failure ?? spoiltBody(error as Error & { code?: unknown }))
    }
  }

  destroy(error: Error): void {
    this.#failure ??= error
    this.#stream?.destroy(error)
  }

  async *#decode(layers: readonly string[], readSource: () => Promise<Buffer | undefined>): AsyncGenerator<Buffer, void, undefined> {
    const encoding = chooseEncoding(layers)
    const first = await readSource()
    if (first === undefined) return
    const stream = await createDecompressor(encoding, first)
    if (this.#failure !== undefined) throw this.#failure
    this.#stream = stream
    const { pipeline } = await import('node:stream/promises')
    // Whoever reads the stream is told of a failure by it.
    pipeline(sourceOf(first, readSource), stream).catch(() => undefined)
    yield* stream as AsyncIterable<Buffer>
  }
}

async function* sourceOf(first: Buffer, readSource: () => Promise<Buffer | undefined>): AsyncGenerator<Buffer, void, undefined> {
  for (let chunk: Buffer | undefined = first; chunk !== undefined; chunk = await readSource()) yield chunk
}

async function createDecompressor(encoding: ContentEncoding, [first = 0]: Buffer): Promise<Transform> {
  const zlib = await import('node:zlib')
  if (encoding === 'gzip') return zlib.createGunzip()
  if (encoding === 'br') return zlib.createBrotliDecompress()
  // `deflate` means zlib's format, but some servers send it bare.
  return (first & 0x0f) === 8 ? zlib.createInflate() : zlib.createInflateRaw()
}

function spoiltBody(error: Error & { code?: unknown }): ProviderError {
  if (error.code === 'Z_BUF_ERROR') {
    return new ProviderError('truncated', 'The compressed answer ends before it is complete.', { code: 'closed', cause: error })
  }
  return new ProviderError('protocol', `The compressed answer cannot be read (${error.message}).`, { code: 'encoding', cause: error })
}
