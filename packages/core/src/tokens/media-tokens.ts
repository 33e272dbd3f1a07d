import type { ContentPart } from '@resoftai/sdk'

type Media = Exclude<ContentPart, { type: 'text' }>
type Part<T extends Media['type']> = Extract<ContentPart, { type: T }>

/** OpenAI's guide "Images and vision": with gpt-4o-mini 2,833 and 5,667 stand for 85 and 170. */
const miniImageWeight = 2_833 / 85
/** An image of 1024 × 1024 in high detail: what one whose size is not known is taken for. */
const usualImage = 765
/** Gemini's published rate. */
const tokensPerSecond = 32
/** Guesses: 24 kHz with 16 bits; what is compressed is taken for 128 kbit/s. */
const bytesPerSecond: ReadonlyMap<unknown, number> = new Map([
  ['wav', 48_000],
  ['pcm', 48_000],
  ['pcm16', 48_000]
])
const compressedBytesPerSecond = 16_000
/** A guess: recorded PDFs cost 235 (OpenAI) to 2,682 (Anthropic). Also of a file behind a URL, whose size is not known. */
const tokensPerPage = 1_500
const bytesPerPage = 100_000
const bytesPerTextToken = 4

/** Tokens of what is not text. Vendors differ by far; calibration learns a part of that. */
export const mediaTokens: { readonly [T in Media['type']]: (part: Part<T>) => number } = {
  image: ({ url, detail }) => {
    if (detail === 'low') return 85
    const size = pngSize(url)
    return size === undefined ? usualImage : tiledImage(size)
  },
  audio: ({ data, format }) => Math.ceil(base64Bytes(data) / (bytesPerSecond.get(format) ?? compressedBytesPerSecond)) * tokensPerSecond,
  file: ({ url }) => {
    if (!url.startsWith('data:')) return tokensPerPage
    const bytes = base64Bytes(url)
    return url.startsWith('data:text/') ? Math.ceil(bytes / bytesPerTextToken) : Math.ceil(bytes / bytesPerPage) * tokensPerPage
  }
}

/** How many times the tokens above an image costs with a model. */
export function imageWeight(model: string): number {
  return /(?:^|\/)gpt-4o-mini\b/.test(model) ? miniImageWeight : 1
}

interface Size {
  readonly width: number
  readonly height: number
}

/** OpenAI's formula (guide "Images and vision"): into 2048 × 2048, the shorter side to 768, 170 for each tile of 512 × 512, and 85. */
function tiledImage({ width, height }: Size): number {
  const fit = Math.min(1, 2048 / Math.max(width, height))
  const scale = fit * Math.min(1, 768 / (Math.min(width, height) * fit))
  return 85 + 170 * Math.ceil((width * scale) / 512) * Math.ceil((height * scale) / 512)
}

const pngStart = 'data:image/png;base64,iVBORw0KGgo'

/** From the header (RFC 2083: width and height are the bytes 16 to 23), or `undefined`. */
function pngSize(url: string): Size | undefined {
  if (!url.startsWith(pngStart)) return undefined
  const head = Buffer.from(url.slice(pngStart.indexOf(',') + 1, pngStart.indexOf(',') + 33), 'base64')
  if (head.length < 24) return undefined
  const size = { width: head.readUInt32BE(16), height: head.readUInt32BE(20) }
  return size.width > 0 && size.height > 0 ? size : undefined
}

function base64Bytes(text: string): number {
  return (text.length * 3) / 4
}
