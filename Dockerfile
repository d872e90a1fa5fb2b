# Two stages: the SDK builds, the runtime serves. Ubuntu 24.04's libstdc++ is young enough for libtorch as it comes.
# libtorch comes for x64 alone: on another processor build with --platform linux/amd64, as docker-compose.yml does.
FROM mcr.microsoft.com/dotnet/sdk:10.0-noble AS build
WORKDIR /source

# What restoring needs comes first, so that a change of code does not download the packages again.
COPY .editorconfig global.json Directory.Build.props Directory.Build.targets Directory.Packages.props ./
COPY build/ build/
COPY GradService.Domain/GradService.Domain.csproj GradService.Domain/
COPY GradService.Api/GradService.Api.csproj GradService.Api/
RUN dotnet restore GradService.Api -p:PublishReadyToRun=true

COPY GradService.Domain/ GradService.Domain/
COPY GradService.Api/ GradService.Api/
# Compiled ahead: half of what a start would else take is compiling.
RUN dotnet publish GradService.Api --configuration Release --no-restore -p:PublishReadyToRun=true --output /app

FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble
WORKDIR /app
COPY --from=build /app .

# Stored networks, all that the service writes; a volume takes the owner over.
RUN mkdir /data && chown $APP_UID /data
VOLUME /data

# The image's unprivileged user.
USER $APP_UID

# The base image names a port in a second way, which would be a warning at every start.
# Few malloc arenas: compute threads are few and live long, and every arena keeps what it once had.
# No diagnostics socket, and no watching of settings: the file system may be read-only, and watches are few on a shared machine.
ENV ASPNETCORE_URLS=http://+:8080 \
    ASPNETCORE_HTTP_PORTS= \
    Storage__Folder=/data \
    MALLOC_ARENA_MAX=2 \
    DOTNET_EnableDiagnostics=0 \
    DOTNET_hostBuilder__reloadConfigOnChange=false

EXPOSE 8080

# The image has no curl; bash speaks enough HTTP to ask. Below a path base too: the health paths stay at the root.
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /health/ready HTTP/1.0\\r\\n\\r\\n' >&3 && head -n 1 <&3 | grep -q '^HTTP/[0-9.]* 200 '"]

ENTRYPOINT ["dotnet", "GradService.Api.dll"]
