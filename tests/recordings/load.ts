import { existsSync, readFileSync } from 'node:fs'

const folder = new URL('../../../shared/recordings/', import.meta.url)

/** One exchange with a vendor that somebody recorded. */
export interface Recording {
  /** Path inside the folder, also its name. */
  readonly path: string
  readonly provider: string
  readonly kind: 'json' | 'sse'
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly request: { readonly method: string; readonly url: string; readonly body: unknown } | undefined
  /** The bytes of the answer, as text. */
  readonly body: string
}

type Shape = 'chat' | 'embeddings'

interface IndexEntry {
  readonly path: string
  readonly provider: string
  readonly url: string | null
  readonly kind: 'json' | 'sse'
}

interface RecordingFile {
  readonly request: Recording['request'] | null
  readonly response: {
    readonly status: number
    readonly headers: Readonly<Record<string, string | readonly string[]>>
    readonly body?: unknown
    readonly sse?: string
    readonly text?: string
  }
}

/** False where the folder does not lie beside the repository: tests of recordings are skipped then. */
export const haveRecordings = existsSync(new URL('index.json', folder))
if (!haveRecordings)
  process.stderr.write('Recorded exchanges are not beside the repository (../shared/recordings): their tests are skipped.\n')

/** Every recorded exchange of an OpenAI-shaped API: chat completions or embeddings. */
export function openAIRecordings(shape: Shape): readonly Recording[] {
  return readIndex()
    .map(readRecording)
    .filter(recording => shapeOf(recording) === shape)
}

/** Every recorded exchange with these vendors, of whatever endpoint. */
export function recordingsOf(...providers: readonly string[]): readonly Recording[] {
  return readIndex()
    .filter(({ provider }) => providers.includes(provider))
    .map(readRecording)
}

function readIndex(): readonly IndexEntry[] {
  return haveRecordings ? readJson<readonly IndexEntry[]>('index.json') : []
}

function readRecording({ path, provider, kind }: IndexEntry): Recording {
  const { request, response } = readJson<RecordingFile>(path)
  const headers = Object.fromEntries(Object.entries(response.headers).map(([name, value]) => [name.toLowerCase(), String(value)]))
  const body = response.sse ?? response.text ?? JSON.stringify(response.body)
  return { path, provider, kind, status: response.status, headers, request: request ?? undefined, body }
}

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(new URL(path, folder), 'utf8')) as T
}

/** By the address, or by the answer where the address is not known. */
function shapeOf({ request, kind, body }: Recording): Shape | undefined {
  if (request !== undefined) {
    const { pathname } = new URL(request.url)
    if (pathname.endsWith('/chat/completions')) return 'chat'
    return pathname.endsWith('/embeddings') && isOpenAIEmbedding(body) ? 'embeddings' : undefined
  }
  if (kind === 'sse') return /^data: ?\{[^\n]*"choices":/m.test(body) ? 'chat' : undefined
  if (isOpenAIEmbedding(body)) return 'embeddings'
  return Array.isArray((JSON.parse(body) as { choices?: unknown }).choices) ? 'chat' : undefined
}

function isOpenAIEmbedding(body: string): boolean {
  const { data } = JSON.parse(body) as { data?: unknown }
  return Array.isArray(data) && Array.isArray((data[0] as { embedding?: unknown }).embedding)
}
