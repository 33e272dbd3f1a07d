import { ProviderError } from '@resoftai/sdk'

export interface DataUrl {
  /** In lower case, without parameters. */
  readonly mediaType: string
  readonly isBase64: boolean
  readonly data: string
}

/** `undefined` when it is another kind of URL. */
export function readDataUrl(url: string): DataUrl | undefined {
  if (!/^data:/i.test(url)) return undefined
  const comma = url.indexOf(',')
  if (comma === -1) throw new ProviderError('bad_request', 'A data: URL without data.')
  const [mediaType = '', ...parameters] = url.slice(5, comma).toLowerCase().split(';')
  return {
    mediaType: mediaType === '' ? 'text/plain' : mediaType === 'image/jpg' ? 'image/jpeg' : mediaType,
    isBase64: parameters.at(-1)?.trim() === 'base64',
    data: url.slice(comma + 1)
  }
}

export function decodeText({ isBase64, data }: DataUrl): string {
  try {
    if (!isBase64) return decodeURIComponent(data)
    return new TextDecoder().decode(Uint8Array.from(atob(data), character => character.charCodeAt(0)))
  } catch {
    throw new ProviderError('bad_request', 'The data: URL of a file cannot be decoded.')
  }
}
