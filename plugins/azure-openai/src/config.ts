/** What `resoftai.plugin.json` asks for; the host has checked it. */
export interface Config {
  readonly api_base: string
  readonly api_key?: string
  readonly access_token?: string
  readonly api_version?: string
  readonly surface?: 'v1' | 'deployments' | 'models'
  readonly model_family?: Readonly<Record<string, string>>
}
