import { createHost, isHostError, isProviderError } from 'resoftai'

const host = await createHost()
try {
  const provider = await host.provider('groqq')
  await provider.chat({ messages: [{ role: 'user', content: 'Hello' }] })
} catch (error) {
  if (isProviderError(error)) console.log('the call failed:', error.kind, error.message, error.hint, error.partial)
  else if (isHostError(error)) console.log('nothing was asked:', error.kind, error.message, error.hint, error.problems)
  else throw error
} finally {
  await host.close()
}
