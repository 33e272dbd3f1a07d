import { createServer } from 'node:http'
import { chunk, wholeAnswer } from '../upstream.ts'

const answer = wholeAnswer(16)

const last = `data: ${JSON.stringify({
  id: 'chatcmpl-bench',
  object: 'chat.completion.chunk',
  created: 1_770_933_892,
  model: 'bench-1',
  choices: [{ index: 0, delta: {}, finish_reason: 'stop' }],
  usage: { prompt_tokens: 20, completion_tokens: 100, total_tokens: 120 }
})}\n\ndata: [DONE]\n\n`

let sent = 0

/**
 * A vendor. A prompt that asks for "100 chunks, one every 2 ms" gets them, each in a packet of its own; the first at once. `/sent` tells how many
 * it has sent.
 */
const server = createServer((request, response) => {
  if (request.url === '/sent') return void response.end(String(sent))
  const parts: Buffer[] = []
  request.on('data', (data: Buffer) => void parts.push(data))
  request.on('end', () => {
    const [, chunks, everyMs] = /(\d+) chunks, one every (\d+) ms/.exec(Buffer.concat(parts).toString()) ?? []
    if (chunks === undefined) {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(answer) })
      response.end(answer)
      return
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    let next = 0
    const write = () => {
      if (next < Number(chunks)) {
        sent++
        return response.write(chunk(`word ${next++} `))
      }
      clearInterval(timer)
      return response.end(last)
    }
    const timer = setInterval(write, Number(everyMs))
    response.on('close', () => clearInterval(timer))
    write()
  })
})
server.listen(Number(process.argv[2]), '127.0.0.1')
