import { test } from 'node:test'
import { assertDialect } from '@resoftai/sdk/testing'
import hello from './index.js'

const stream = `event: begin
data: {"talk":"talk-1","voice":"hello-1"}

event: say
data: {"words":"Hello, "}

event: say
data: {"words":"世界 👋"}

event: over
data: {"why":"done","heard":9,"said":4}

`
const whole = { talk: 'talk-1', voice: 'hello-1', words: 'Hello, 世界 👋', why: 'done', heard: 9, said: 4 }
const reply = { content: 'Hello, 世界 👋', finishReason: 'stop', usage: { inputTokens: 9, outputTokens: 4 } }

test('says and reads what the vendor does', () =>
  assertDialect(hello, {
    config: { api_base: 'https://api.hello.example/v1' },
    secrets: ['api_key'],
    goldens: [
      {
        name: 'a question',
        mode: 'stream',
        request: { model: 'hello-1', messages: [{ role: 'user', content: 'Hi' }], maxTokens: 50, extra: { mood: 'merry' } },
        expect: {
          url: 'https://api.hello.example/v1/talk',
          headers: { authorization: 'Bearer {{secret:api_key}}' },
          body: { voice: 'hello-1', lines: [{ who: 'user', says: 'Hi' }], limit: 50, live: true, mood: 'merry' },
          warnings: []
        }
      }
    ],
    fixtures: [
      { name: 'stream', body: stream, expect: reply },
      { name: 'whole', json: whole, expect: reply },
      { name: 'cut', body: stream.slice(0, stream.indexOf('event: over')), expect: { errorKind: 'truncated' } },
      {
        name: 'fault inside the stream',
        body: 'event: fault\ndata: {"fault":"busy","message":"later"}\n\n',
        expect: { errorKind: 'overloaded' }
      },
      { name: 'wrong key', status: 401, json: { fault: 'bad_key', message: 'Who are you?' }, expect: { errorKind: 'auth' } }
    ],
    pairs: [{ whole: 'whole', stream: 'stream' }]
  }))
