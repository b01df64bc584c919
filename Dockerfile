FROM python:3.11-slim-bookworm
# Four threads that each keep their own store of freed memory would keep four of them.
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 MALLOC_ARENA_MAX=2
WORKDIR /app
COPY requirements.txt ./
RUN pip install --require-hashes -r requirements.txt
COPY . .
RUN python -m compileall -q manage.py rootgrants applications \
    && useradd --system --uid 10001 --home-dir /app rootgrants \
    && mkdir -p /data && chown rootgrants /data \
    && SECRET_KEY=only-for-this-step SEALING_KEYS=b25seS1mb3ItdGhpcy1zdGVwLW9mLXRoZS1pbWFnZSE= VAR_DIR=/app/var python manage.py collectstatic --noinput
USER rootgrants
EXPOSE 8000
CMD ["gunicorn", "rootgrants.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "4", "--graceful-timeout", "60"]
