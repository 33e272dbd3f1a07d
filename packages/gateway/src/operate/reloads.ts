/** How often the configuration was read again, and how that went. To be told by whoever reads it. */
export class Reloads {
  applied = 0
  refused = 0
  /** Whether what serves is what is written. */
  isCurrent = true

  apply(): void {
    this.applied++
    this.isCurrent = true
  }

  refuse(): void {
    this.refused++
    this.isCurrent = false
  }
}
