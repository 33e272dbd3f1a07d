import { describe, expect, it } from '@jest/globals'
import { isHostError } from '../error.ts'
import { resolveHome } from './home.ts'

describe('resolveHome', () => {
  it.each([
    ['RESOFTAI_HOME holds everything', { RESOFTAI_HOME: '/r', HOME: '/h', XDG_DATA_HOME: '/x' }, '/r', '/r/config.yaml'],
    [
      'the XDG variables are used',
      { HOME: '/h', XDG_DATA_HOME: '/data', XDG_CONFIG_HOME: '/conf' },
      '/data/resoftai',
      '/conf/resoftai/config.yaml'
    ],
    ['the XDG defaults lie in HOME', { HOME: '/h' }, '/h/.local/share/resoftai', '/h/.config/resoftai/config.yaml'],
    [
      'a relative XDG path is ignored',
      { HOME: '/h', XDG_DATA_HOME: 'data' },
      '/h/.local/share/resoftai',
      '/h/.config/resoftai/config.yaml'
    ],
    ['an empty RESOFTAI_HOME is none', { RESOFTAI_HOME: '', HOME: '/h' }, '/h/.local/share/resoftai', '/h/.config/resoftai/config.yaml'],
    [
      'HOME is not needed when both XDG variables are set',
      { XDG_DATA_HOME: '/d', XDG_CONFIG_HOME: '/c' },
      '/d/resoftai',
      '/c/resoftai/config.yaml'
    ],
    [
      'blanks, 中文 and emoji are letters like others',
      { RESOFTAI_HOME: '/my home/中文 🚀' },
      '/my home/中文 🚀',
      '/my home/中文 🚀/config.yaml'
    ]
  ])('%s', (_name, env, home, configFile) => {
    expect(resolveHome(env)).toEqual({ home, configFile })
  })

  it.each([
    ['no HOME', {}],
    ['an empty HOME', { HOME: '' }],
    ['a relative HOME', { HOME: 'here' }],
    ['a relative RESOFTAI_HOME', { RESOFTAI_HOME: './here', HOME: '/h' }],
    ['a tilde that no shell replaced', { RESOFTAI_HOME: '~/here', HOME: '/h' }],
    ['a NUL in the path', { RESOFTAI_HOME: '/a\0b', HOME: '/h' }]
  ])('refuses %s and says what to set', (_name, env) => {
    let thrown: unknown
    try {
      resolveHome(env)
    } catch (error) {
      thrown = error
    }
    expect(isHostError(thrown) && thrown.kind === 'config' && thrown.hint).toMatch(/RESOFTAI_HOME|whole path/)
  })
})
