// Keeps one value in a cookie of this browser, until the experiment that it belongs to has ended.
export default function ({ data }) {
  const { name, value, seconds } = data;
  const kept = `${name}=${value}`;
  if (document.cookie.split("; ").includes(kept)) return;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `${kept}; Path=/; Max-Age=${seconds}; SameSite=Strict${secure}`;
}
