#!/bin/sh
# The namespace in which the workflows run, as soon as Temporal answers.
set -eu
until temporal operator cluster health; do sleep 1; done
temporal operator namespace describe --namespace default ||
  temporal operator namespace create --namespace default --retention 7d
