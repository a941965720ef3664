#!/bin/sh
# What the dashboard is measured against, each in an environment of its own below .venv-peers/; nothing else needs it.
set -eu
python=$1
peers=.venv-peers

install() {
  name=$1
  shift
  [ -f "$peers/$name/.installed" ] && return
  "$python" -m venv "$peers/$name"
  "$peers/$name/bin/pip" install -q --disable-pip-version-check "$@"
  touch "$peers/$name/.installed"
}

install streamlit streamlit==1.67.0 plotly sqlalchemy
install vizro vizro==1.0.0 gunicorn sqlalchemy
# The last three: without them its own command line, its databases and its cache do not work.
install superset apache-superset==6.1.0 gunicorn rich cachetools flask-caching==2.3.1
