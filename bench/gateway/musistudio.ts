import { createRequire } from 'node:module'

const [entry = '', PORT, upstream] = process.argv.slice(2)

interface Library {
  readonly default: new (options: { readonly initialConfig: unknown }) => { start(): Promise<void> }
}
// Its ES module does not load.
const { default: Server } = createRequire(import.meta.url)(entry) as Library
const provider = { name: 'bench', api_base_url: `${upstream}/v1/chat/completions`, api_key: 'sk-bench', models: ['bench-1'] }
await new Server({ initialConfig: { HOST: '127.0.0.1', PORT, providers: [provider] } }).start()
