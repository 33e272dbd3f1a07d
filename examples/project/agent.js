import { Agent, createHost, defineTool } from 'resoftai'

const clock = defineTool({
  name: 'clock',
  description: 'The time in a time zone.',
  parameters: { type: 'object', properties: { zone: { enum: ['Asia/Tokyo', 'Europe/Paris'] } }, required: ['zone'] },
  run: ({ zone }) => new Date().toLocaleTimeString('en', { timeZone: zone })
})

const host = await createHost()
const agent = new Agent({ host, role: 'assistant', provider: 'simulator', model: 'tools', tools: [clock] })
const result = await agent.process('What time is it in Tokyo?')
console.log(result.content, result.stopReason, result.toolCalls)
await host.close()
