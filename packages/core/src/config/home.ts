import { isAbsolute, join } from 'node:path'
import { HostError } from '../error.ts'

/** Environment variables, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>

export interface Home {
  /** Folder of all state of the user: plugins, secrets. */
  readonly home: string
  /** The user's own configuration, below that of a project. */
  readonly configFile: string
}

/**
 * Where the user's state is: `RESOFTAI_HOME`, else the XDG places. Nothing is made or read here. Throws `HostError` `config` when no
 * place can be told. A relative XDG path is ignored, as the XDG specification asks.
 */
export function resolveHome(env: Environment): Home {
  const home = env['RESOFTAI_HOME']
  if (home !== undefined && home !== '') {
    if (!isUsable(home)) {
      throw new HostError('config', 'RESOFTAI_HOME is not an absolute path.', {
        hint: 'Write the whole path, e.g. RESOFTAI_HOME="$PWD/home".'
      })
    }
    return { home, configFile: join(home, 'config.yaml') }
  }
  return {
    home: join(place(env, 'XDG_DATA_HOME', join('.local', 'share')), 'resoftai'),
    configFile: join(place(env, 'XDG_CONFIG_HOME', '.config'), 'resoftai', 'config.yaml')
  }
}

function place(env: Environment, variable: string, below: string): string {
  const named = env[variable]
  if (named !== undefined && isUsable(named)) return named
  const home = env['HOME'] || env['USERPROFILE']
  if (home === undefined || !isUsable(home)) {
    throw new HostError('config', 'There is no home folder: HOME is not set to an absolute path.', {
      hint: 'Set RESOFTAI_HOME to a folder that you may write to.'
    })
  }
  return join(home, below)
}

function isUsable(path: string): boolean {
  return isAbsolute(path) && !path.includes('\0')
}
