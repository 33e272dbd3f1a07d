import { createHost } from 'resoftai'

const host = await createHost()
const provider = await host.provider('simulator')
const messages = [{ role: 'user', content: 'Why is the sky blue?' }]

const reply = await provider.chat({ messages, maxTokens: 300 })
console.log(reply.content, reply.finishReason, reply.usage)

for await (const event of provider.stream({ messages })) {
  if (event.type === 'text') process.stdout.write(event.text)
}
await host.close()
