export PATH=/tmp/eyesD/venv/bin:$PATH
