/**
 * Addresses that are secrets by themselves: whoever knows one may write there. The first group is what
 * may be shown. Slack, Discord, Telegram, Google Chat, Teams (also its workflows), Mattermost.
 */
export const CHAT_ADDRESS =
  /(hooks\.slack(?:-gov)?\.com\/(?:services|workflows|triggers)|discord(?:app)?\.com\/api\/webhooks|api\.telegram\.org|chat\.googleapis\.com\/v1\/spaces|[\w.-]{1,60}\.webhook\.office\.com\/webhookb2|[\w.-]{1,80}\.(?:logic\.azure|api\.powerplatform)\.com(?::\d{1,5})?\/[\w/.-]{0,200}?workflows|[\w.:-]{1,100}\/hooks(?=\/[a-z0-9]{20}))\/[^\s"'<>]+/gi;
