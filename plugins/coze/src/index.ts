import { defineProvider } from '@resoftai/sdk'
import { createApi } from './api.ts'
import { authorize } from './authorization.ts'
import type { Config } from './config.ts'
import { createDialect } from './dialect.ts'

export type { Config } from './config.ts'

/** Coze: bots and workflows. */
export default defineProvider<Config>({
  create: context => createDialect(createApi(context.config.api_base, authorize(context)), context.config)
})
