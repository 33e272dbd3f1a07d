import { defineProvider } from '@resoftai/sdk'
import { encodeBody, findUnsaid } from './encode.ts'
import { readFault } from './fault.ts'
import { readEvent, readModels, readReply } from './read.ts'

/** What `resoftai.plugin.json` asks for: checked by the host, defaults filled in. */
interface Config {
  readonly api_base: string
  /** A placeholder, used as if it were the key: the host puts the key in when the bytes go out. */
  readonly api_key: string
}

/**
 * The vendor of this dialect is invented; `conformance` shows what it says. Put what your vendor says there, then rewrite file by file until
 * `node --test` passes: `encode.ts` what is sent, `read.ts` what comes back, `fault.ts` what went wrong.
 */
export default defineProvider<Config>({
  create: ({ config }) => {
    const own = { authorization: `Bearer ${config.api_key}` }
    return {
      encode: (request, mode) => ({
        url: `${config.api_base}/talk`,
        headers: { ...own, ...request.headers },
        body: encodeBody(request, mode),
        warnings: findUnsaid(request)
      }),
      streamDecoder: () => readEvent,
      decode: readReply,
      decodeError: (_status, body) => readFault(body),
      models: { encode: () => ({ url: `${config.api_base}/models`, headers: own }), decode: readModels }
    }
  }
})
