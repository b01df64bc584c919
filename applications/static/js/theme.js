// What this machine ("local") or this tab ("session") keeps; a browser that forbids it keeps it for this page.
const kept = (where) => { try { return window[`${where}Storage`] ?? {}; } catch { return {}; } };

// Before the first paint: the theme that was chosen on this machine.
{
  const { theme } = kept("local");
  if (theme) document.documentElement.dataset.theme = theme;
}
