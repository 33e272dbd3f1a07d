import { createHost } from 'resoftai'

const host = await createHost({
  config: {
    providers: { simulator: { stall_timeout: 0.5 } },
    routes: { fast: ['simulator/fault:stall', 'simulator/canned'] }
  }
})
const fast = await host.model('fast')

let answer = ''
for await (const event of fast.stream({ messages: [{ role: 'user', content: 'Why is the sky blue?' }] })) {
  if (event.type === 'restart') answer = '' // What came so far is void.
  if (event.type === 'text') answer += event.text
}
console.log(answer)
console.log(host.stats().simulator.fallbacks)
await host.close()
