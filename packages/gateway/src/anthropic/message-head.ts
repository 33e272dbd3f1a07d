/** What a message says beside the reply. */
export interface MessageHead {
  readonly id: string
  /** As the client asked for it. */
  readonly model: string
}
