"""A real WordPress on loopback, with posts of several authors and categories; started and ended by the test."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path("/usr/share/wordpress")
NEEDED = ("php", "mariadbd", "mariadb", "mariadb-install-db")
POSTS, AUTHORS, CATEGORIES = 300, 6, 8

_CONFIG = """<?php
define('DB_NAME', 'wp'); define('DB_USER', 'root'); define('DB_PASSWORD', ''); define('DB_HOST', 'localhost:@socket@');
define('DB_CHARSET', 'utf8mb4'); define('DB_COLLATE', ''); define('WP_SITEURL', '@url@'); define('WP_HOME', '@url@');
define('WP_HTTP_BLOCK_EXTERNAL', true); define('DISABLE_WP_CRON', true); $table_prefix = 'wp_';
foreach (['AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE'] as $k) { define($k . '_KEY', 'k'); define($k . '_SALT', 's'); }
if (!defined('ABSPATH')) define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';
"""
_SETUP = """<?php
define('WP_INSTALLING', true);
function wp_mail() { return true; }
$_SERVER += ['HTTP_HOST' => '@host@', 'SERVER_PROTOCOL' => 'HTTP/1.1', 'REQUEST_METHOD' => 'GET'];
require '@folder@/wp-load.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';
wp_install('The Real Review', 'admin', 'a@example.org', true, '', 'pass');
update_option('permalink_structure', '/%year%/%monthnum%/%postname%/');
flush_rewrite_rules();
wp_delete_post(1, true);
$users = $terms = $all = [];
foreach (['Ann Lee', 'Bo O’Hara', 'Cléo D', 'Dora & Sons', 'Emil Ørsted', 'Farah Z'] as $n => $name)
    $users[wp_insert_user(['user_login' => "u$n", 'user_pass' => 'x', 'display_name' => $name, 'role' => 'author',
        'user_email' => "u$n@example.org"])] = $name;
foreach (['China/Russia', 'Science & Tech', 'Europe', 'Long Reads', 'Ports', 'Radio', 'Type', 'Winter'] as $name)
    $terms[wp_insert_term($name, 'category')['term_id']] = $name;
$ids = array_keys($users); $kinds = array_keys($terms);
for ($i = 1; $i <= @posts@; $i++) {
    $at = strtotime('2026-01-10 08:00:00') - $i * 3 * 86400;
    $text = '';
    for ($k = 0; $k < 6; $k++)
        $text .= "<p>Paragraph $k of post $i says “something” about ferries and " . ($i * 7 + $k) . ".</p>";
    $in = array_unique([$kinds[$i % 8], $kinds[($i * 3) % 8]]);
    $date = gmdate('Y-m-d H:i:s', $at);
    $id = wp_insert_post(['post_title' => "Post $i & “more”", 'post_content' => $text, 'post_status' => 'publish',
        'post_author' => $ids[$i % 6], 'post_category' => $in, 'post_date' => $date, 'post_date_gmt' => $date]);
    $names = array_values(array_map(fn($t) => $terms[$t], $in));
    $link = '@url@' . gmdate('/Y/m/', $at) . "post-$i-more/";
    $date = gmdate('Y-m-d', $at) . 'T08:00:00Z';
    $all[] = [$link, "Post $i & “more”", [$users[$ids[$i % 6]]], $names, $date];
}
file_put_contents('@folder@/all.json', json_encode($all));
"""
_ROUTER = """<?php
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
$closed = json_decode(@file_get_contents('@folder@/closed.json') ?: '[]');
$asked = ['rest' => strpos($path, '/wp-json') === 0 || isset($_GET['rest_route']), 'paged' => isset($_GET['paged'])];
foreach ($closed as $name) if ($asked[$name]) { http_response_code(404); exit; }
if ($path != '/' && is_file('@folder@' . $path) && substr($path, -4) != '.php') return false;
chdir('@folder@'); $_SERVER['SCRIPT_NAME'] = $_SERVER['PHP_SELF'] = '/index.php';
require '@folder@/index.php';
"""


def _filled(text: str, **values: object) -> str:
    """A program in PHP, which has braces of its own, with what it is to be told."""
    for name, value in values.items():
        text = text.replace(f"@{name}@", str(value))
    return text


def missing() -> str:
    """What is not installed of what it takes; empty where all is."""
    absent = [name for name in NEEDED if shutil.which(name) is None]
    if not (SOURCE / "wp-load.php").exists():
        absent.append("wordpress")
    elif not any((SOURCE / "wp-content/themes").glob("*/style.css")):  # its pages are empty without one
        absent.append("a theme of wordpress")
    return ", ".join(absent)


@dataclass
class WordPress:
    """The site, and what it has."""

    url: str
    folder: Path

    def close(self, *ways: str) -> None:
        """Give nothing by these ways any more: "rest", "paged"."""
        (self.folder / "closed.json").write_text(json.dumps(ways), "utf-8")

    @property
    def posts(self) -> dict[str, tuple[str, tuple[str, ...], tuple[str, ...], str]]:
        """What the site has: titles, authors, categories and dates, by their addresses."""
        rows = json.loads((self.folder / "all.json").read_text("utf-8"))
        return {link: (title, tuple(names), tuple(sorted(kinds)), date) for link, title, names, kinds, date in rows}


@contextmanager
def running(folder: Path) -> Iterator[WordPress]:
    """Install and serve it in a folder, whose path is short: it holds a socket."""
    site, data, sock = folder / "site", folder / "db", folder / "m.sock"
    shutil.copytree(SOURCE, site, ignore=shutil.ignore_patterns("wp-config.php"), ignore_dangling_symlinks=True)
    installed = ["mariadb-install-db", f"--datadir={data}", "--auth-root-authentication-method=normal"]
    as_root = ["--user=root"] if os.geteuid() == 0 else []
    subprocess.run([*installed, *as_root], check=True, capture_output=True)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    served = ["mariadbd", *as_root, f"--datadir={data}", f"--socket={sock}", "--skip-networking"]
    with subprocess.Popen(served, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as database:
        try:
            _until(lambda: subprocess.run(["mariadb", f"--socket={sock}", "-uroot", "-e", "CREATE DATABASE wp"],
                                          check=False, capture_output=True).returncode == 0)  # fmt: skip
            (site / "wp-config.php").write_text(_filled(_CONFIG, socket=sock, url=url), "utf-8")
            (folder / "setup.php").write_text(_filled(_SETUP, folder=site, host=url[7:], url=url, posts=POSTS), "utf-8")
            (folder / "router.php").write_text(_filled(_ROUTER, folder=site), "utf-8")
            subprocess.run(["php", str(folder / "setup.php")], check=True, capture_output=True)
            command = ["php", "-S", url[7:], "-t", str(site), str(folder / "router.php")]
            environment = {**os.environ, "PHP_CLI_SERVER_WORKERS": "3"}
            with subprocess.Popen(
                command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            ) as php:
                try:
                    _until(lambda: _answers(url))
                    yield WordPress(url, site)
                finally:
                    php.terminate()
        finally:
            database.terminate()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/feed/", timeout=20) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _until(is_so: object) -> None:
    for _ in range(200):
        if is_so():  # type: ignore[operator]
            return
        time.sleep(0.2)
    raise TimeoutError
