// Before the first paint: the theme that was chosen on this machine.
{
  const theme = localStorage.getItem("theme");
  if (theme) document.documentElement.dataset.theme = theme;
}
