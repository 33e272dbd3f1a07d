// Plays the imaginary vendor on this machine, so that the plugin can be tried: node vendor.js [port]
import { fakeService, json, sse } from '@resoftai/sdk/testing'

const event = (name, value) => ({ event: name, data: JSON.stringify(value) })

function answer(request) {
  const fault = (status, word, message) => json({ fault: word, message }, { status })
  if (request.headers.authorization !== 'Bearer let-me-in') return fault(401, 'bad_key', 'Who are you?')
  const { voice, lines, live } = request.json
  if (voice !== 'hello-1') return fault(404, 'no_such_voice', `There is no voice ${voice}.`)

  const words = `Hello! You said: ${lines.at(-1).says}`
  const begin = { talk: 'talk-1', voice }
  const end = { why: 'done', heard: 12, said: 7 }
  if (!live) return json({ ...begin, words, ...end })
  const said = words.split(/(?<= )/).map(piece => event('say', { words: piece }))
  return sse([event('begin', begin), ...said, event('over', end)], { done: false, delayMs: 30 })
}

const service = await fakeService(answer, { port: Number(process.argv[2] ?? 0) })
console.log(service.url)
