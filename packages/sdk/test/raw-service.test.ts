import { expect, test } from '@jest/globals'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { rawService } from '../src/testing/index.ts'
import { ask, talk } from './ask.ts'

test('hands over each connection with its number', async () => {
  await using service = await rawService((socket, index) => socket.end(`you are ${index}`))
  expect(await talk(service.url, 'x')).toEqual({ text: 'you are 0', end: 'fin' })
  expect((await talk(service.url, 'x')).text).toBe('you are 1')
  expect(service.connections()).toBe(2)
  expect(service.url).toBe(`http://127.0.0.1:${service.port}`)
})

test('says nothing by itself', async () => {
  await using service = await rawService(socket => {
    socket.once('data', chunk => socket.end(`heard ${chunk.length} bytes`))
  })
  expect((await talk(service.url, 'hello')).text).toBe('heard 5 bytes')
})

test('can refuse to speak HTTP', async () => {
  await using service = await rawService(socket => socket.end('SSH-2.0-x\r\n'))
  await expect(ask(service.url)).rejects.toMatchObject({ code: expect.stringMatching(/^HPE_/) as unknown })
})

test('a client that breaks its connection does no harm', async () => {
  await using service = await rawService(socket => socket.write('x'))
  const socket = connect(service.port, '127.0.0.1')
  await new Promise(resolve => void socket.once('data', resolve))
  expect(service.openSockets()).toBe(1)
  socket.resetAndDestroy()
  while (service.openSockets() > 0) await sleep(5)
  expect(service.connections()).toBe(1)
})

test('close destroys what is open', async () => {
  const service = await rawService(() => {})
  const hung = talk(service.url, 'x')
  while (service.openSockets() === 0) await sleep(5)
  await service.close()
  expect(await hung).toMatchObject({ text: '' })
  expect(service.openSockets()).toBe(0)
})
