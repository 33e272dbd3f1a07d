import { defineTool } from 'resoftai'

export const time = defineTool({
  name: 'time',
  description: 'The time of day in a time zone.',
  parameters: { type: 'object', properties: { zone: { type: 'string', examples: ['Asia/Tokyo'] } }, required: ['zone'] },
  run: ({ zone }) => new Date().toLocaleTimeString('en', { timeZone: zone })
})
