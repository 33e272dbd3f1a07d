// Loaded before a measured program: tells what the process has used so far, and ends it with its parent.
process.on('message', message => {
  if (message !== 'meter') return
  const { user, system } = process.cpuUsage()
  process.send({ cpuMicros: user + system, rssBytes: process.memoryUsage.rss() })
})
process.on('disconnect', () => process.exit())
