import { createServer } from 'node:http'
import { Pool } from 'undici'

const [port, upstream = ''] = process.argv.slice(2)
const pool = new Pool(upstream, { pipelining: 1 })

/** The least that a gateway can do: parse the request, check it, write it again, pass the answer on and find its usage. */
const server = createServer((request, response) => {
  if (request.method === 'GET') return void response.end()
  const parts: Buffer[] = []
  request.on('data', (data: Buffer) => void parts.push(data))
  request.on('end', () => {
    const body = JSON.parse(Buffer.concat(parts).toString()) as { model?: unknown; messages?: unknown }
    if (typeof body.model !== 'string' || !Array.isArray(body.messages)) return void response.writeHead(400).end()
    let tail = ''
    pool.dispatch(
      {
        method: 'POST',
        path: '/v1/chat/completions',
        headers: { 'content-type': 'application/json', authorization: 'Bearer sk-bench' },
        body: JSON.stringify(body)
      },
      {
        onRequestStart(controller) {
          response.on('close', () => {
            if (!response.writableFinished) controller.abort(new Error('The client has gone.'))
          })
        },
        onResponseStart: (_controller, status, headers) =>
          void response.writeHead(status, { 'content-type': headers['content-type'] as string }),
        onResponseData(_controller, data) {
          tail = (tail + data.toString('latin1')).slice(-300)
          response.write(data)
        },
        onResponseEnd() {
          response.end()
          if (!/"total_tokens":(\d+)/.test(tail)) console.error('An answer without usage.')
        },
        onResponseError: () => void response.destroy()
      }
    )
  })
})
server.listen(Number(port), '127.0.0.1')
