import { fork } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A whole answer as vendors send it; of 6 sentences it has about 560 bytes, of 16 about 1 kB. */
export const wholeAnswer = (sentences: number) =>
  JSON.stringify({
    id: 'chatcmpl-bench',
    object: 'chat.completion',
    created: 1_770_933_892,
    model: 'bench-1',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: 'The quick brown fox jumps over the lazy dog. '.repeat(sentences) },
        finish_reason: 'stop'
      }
    ],
    usage: { prompt_tokens: 20, completion_tokens: 10 * sentences, total_tokens: 20 + 10 * sentences }
  })

/** One event of about 220 bytes, as vendors send it. */
export const chunk = (text: string) =>
  `data: ${JSON.stringify({
    id: 'chatcmpl-bench',
    object: 'chat.completion.chunk',
    created: 1_770_933_892,
    model: 'bench-1',
    service_tier: 'default',
    system_fingerprint: 'fp_0123456789',
    choices: [{ index: 0, delta: { content: text }, logprobs: null, finish_reason: null }]
  })}\n\n`

/** A vendor in a process of its own, so that its CPU does not count. Ends with its parent. */
export async function startUpstream(): Promise<{ readonly url: string; openSockets(): Promise<number>; stop(): void }> {
  const child = fork(import.meta.filename, ['serve'])
  const port = await new Promise<number>(resolve => child.once('message', message => resolve(message as number)))
  return {
    url: `http://127.0.0.1:${port}`,
    openSockets: () =>
      new Promise(resolve => {
        child.once('message', count => resolve(count as number))
        child.send('sockets')
      }),
    stop: () => child.disconnect()
  }
}

function serve(): void {
  const answer = wholeAnswer(6)
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (data: Buffer) => (body += data.toString()))
    request.on('end', () => {
      if (body.includes('"stream":true')) {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        const timer = setInterval(() => response.write(chunk('word ')), 5)
        response.on('close', () => clearInterval(timer))
        return
      }
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(answer) })
      response.end(answer)
    })
  })
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
  process.on('message', () => server.getConnections((_error, count) => process.send?.(count)))
  process.on('disconnect', () => process.exit())
}

if (process.argv[2] === 'serve') serve()
