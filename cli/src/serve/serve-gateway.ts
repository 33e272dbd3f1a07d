import { configPlaces, createHost, createLog, HostError, type Host } from '@resoftai/core'
import { createGateway, openTools, Reloads, Spending, type Gateway } from '@resoftai/gateway'
import { openStorage } from '@resoftai/storage'
import { bundledPlugins } from '../bundled.ts'
import type { Run } from '../commands/spec.ts'
import type { Context } from '../context.ts'
import { numberOption } from '../numbers.ts'
import { styled } from '../output/piece.ts'
import { explained } from '../storage-failure.ts'
import { judge, readConfiguration, type Configuration } from './configuration.ts'
import { digestFiles } from './digest-files.ts'
import { firstKey } from './first-key.ts'
import { collectGarbage } from './collect-garbage.ts'
import { giveMemoryBack } from './give-memory-back.ts'
import { Hosts } from './hosts.ts'
import { liveLog } from './live-log.ts'
import { openLogFile } from './open-log-file.ts'
import type { Place } from './place.ts'
import { followFiles } from './reload.ts'
import { removeOldConversations } from './retention.ts'
import { settingsOf } from './settings.ts'
import { openTelemetry } from './telemetry.ts'

/** `resoftai serve`. It takes long to load. */
export const serveGateway: Run = async (context, input) => {
  const { cwd, env, pluginPaths, redactor, text } = context
  const port = numberOption(input, 'port', '--port', { least: 0, most: 65_535, integer: true }, text)
  const read = () => readConfiguration(context, { port, host: input.value('host'), anonymous: input.flag('anonymous') })
  const placesOf = ({ config, home }: Configuration) => configPlaces(config, { cwd, home })
  const first = await read()
  const digests = await digestFiles(placesOf(first))
  const { place } = first
  const storage = await explained('config', () => openStorage(place.storage))
  const spending = new Spending()
  const compose = ({ config, plugins }: Configuration) =>
    createHost({
      cwd,
      env,
      pluginPaths,
      bundled: bundledPlugins(),
      // One connection for all; it is closed here.
      openStorage: async () => spending.watch({ ...storage.ledger, close: async () => {} }),
      ledger: true,
      overrides: { redactor, config, plugins, log }
    })
  const logFile = await openLogFile(first.config.log, redactor)
  const logOf = ({ config }: Configuration) => createLog({ level: config.log.level, redactor, destination: logFile })
  const { log, use: useLog } = liveLog(logOf(first))
  const telemetry = await openTelemetry({ config: first.config, log, redactor })
  const reloads = new Reloads()
  const host = await compose(first)
  const hosts = new Hosts(host, log)
  const { keys, conversations, replies } = storage
  const tools = Object.keys(first.config.tools).length === 0 ? undefined : openTools(first.config.tools, { log, redactor })
  const gateway = createGateway({
    ...settingsOf(host, first),
    keys,
    conversations,
    replies,
    log,
    spending,
    reloads,
    degraded: () => (logFile?.isFailing === true ? ['log'] : []),
    collectYoung: () => collectGarbage({ type: 'minor', execution: 'sync' }),
    ...(telemetry && { tracer: telemetry.tracer }),
    ...(tools !== undefined && { tools })
  })
  const use = async (next: Configuration) => {
    if (reloading.current.place.anonymous && !next.place.anonymous) tellKey(await firstKey(keys), context)
    const newHost = await compose(next)
    hosts.replace(newHost, gateway.use(settingsOf(newHost, next)))
    useLog(logOf(next))
  }
  const reloading = followFiles({ first, read, judge: one => judge(one, context), use, placesOf, digests, reloads, log })
  context.interrupts.onHangup(() => {
    logFile?.reopen()
    reloading.reload()
  })
  const stopWaiting = giveMemoryBack(gateway.app.server)
  const stopRemoving = removeOldConversations({
    conversations,
    days: () => reloading.current.config.storage.keep_conversations_days,
    log
  })
  try {
    // Told to stop while it started.
    if (context.interrupts.signal.aborted) return
    const address = await listen(gateway, place, context)
    const key = place.anonymous ? undefined : await firstKey(storage.keys)
    await tell(address, { key, anonymous: place.anonymous }, host, context)
    if (logFile !== undefined) context.output.note(text('serve.logFile', { file: logFile.file }))
    await untilStopped(context)
    context.output.note(text('serve.stopping', { seconds: reloading.current.place.drainMs / 1000 }))
  } finally {
    stopWaiting()
    stopRemoving()
    reloading.stop()
    await gateway.close(reloading.current.place.drainMs)
    await tools?.close()
    await hosts.close()
    await telemetry?.close()
    await storage.close()
  }
}

async function listen(gateway: Gateway, { host, port }: Place, { text }: Context): Promise<string> {
  try {
    return await gateway.listen({ host, port })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EADDRINUSE')
      throw new HostError('busy', text('serve.portTaken', { port }), { hint: text('serve.portHint'), cause: error })
    if (code === 'EACCES') throw new HostError('usage', text('serve.portDenied', { port }), { hint: text('serve.portHint'), cause: error })
    throw new HostError('usage', text('serve.cannotListen', { host, port, reason: code ?? String(error) }), { cause: error })
  }
}

/** The address, the key where one was made, and a line to try it with. */
async function tell(
  address: string,
  { key, anonymous }: { readonly key: string | undefined; readonly anonymous: boolean },
  host: Host,
  { output, text }: Context
): Promise<void> {
  const ready = (await host.providers()).filter(({ state, plugin }) => state === 'ready' && plugin !== 'simulator')
  const [first] = ready
  const model = first?.defaultModel === undefined ? 'simulator/canned' : `${first.name}/${first.defaultModel}`
  if (output.json) return output.document({ address, ...(key !== undefined && { key }), providers: ready.map(({ name }) => name) })
  output.line(styled('bold', address))
  if (first === undefined) output.remark(text('serve.simulator'))
  else output.remark(text('serve.providers', { names: ready.map(({ name }) => name).join(', ') }))
  if (key !== undefined) output.line(text('serve.key', { key }))
  const header = anonymous ? '' : ` -H "Authorization: Bearer ${key ?? '$RESOFTAI_KEY'}"`
  output.remark(
    `curl ${address}/v1/chat/completions${header} -H "Content-Type: application/json" -d '{"model":"${model}","messages":[{"role":"user","content":"Hello?"}]}'`
  )
}

/** The key of a gateway that needs one since it serves, where one had to be made. */
function tellKey(key: string | undefined, { output, text }: Context): void {
  if (key === undefined) return
  if (output.json) output.document({ key })
  else output.line(text('serve.key', { key }))
}

/** The first signal lets running calls end; a second one ends the process at once. */
async function untilStopped({ interrupts }: Context): Promise<void> {
  if (interrupts.signal.aborted) return
  const stopped = Promise.withResolvers<void>()
  let signals = 0
  interrupts.take(() => (++signals > 1 ? process.exit(130) : stopped.resolve()), { terminate: true })
  await stopped.promise
}
