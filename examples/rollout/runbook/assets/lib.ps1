# What the steps of the runbook share. It is read by powershell.ps1, and by whoever tries a step by hand:
#   . ./scripts/lib.ps1; . ./scripts/values.ps1
# Needs: PowerShell 7.2 or later, the modules Az.Accounts, Microsoft.Graph.Authentication 2 and, for databases, SqlServer;
# for GitHub `gh`. A value that is known already can be given as a variable of its name; then it is not read.

$ErrorActionPreference = 'Stop'
$RunbookPause = 10
$RunbookPatience = 180

# From now on requests are sent as whoever is signed in there. The first one to a service signs in.
function Use-Tenant([string]$Domain) { $script:RunbookTenant = $Domain }

# Az keeps a sign-in for each tenant, as a context of this process, so that it asks once for each. Microsoft.Graph holds one; it may
# ask again when it is another tenant's turn. Neither changes what other sessions are signed in to.
$SignedIn = @{ Azure = ''; Graph = '' }
$AzureContexts = @{}

function Connect-Azure {
    if ($SignedIn.Azure -eq $RunbookTenant) { return }
    $SignedIn.Azure = ''
    $context = "rhc-runbook $RunbookTenant"
    if ($AzureContexts[$RunbookTenant]) { Select-AzContext -Name $context -Scope Process | Out-Null }
    else { Connect-AzAccount -Tenant $RunbookTenant -ContextName $context -Scope Process -Force | Out-Null }
    Confirm-Tenant 'Azure' (Get-AzContext).Tenant.Id
    $AzureContexts[$RunbookTenant] = $true
    $SignedIn.Azure = $RunbookTenant
}

function Connect-Graph {
    if ($SignedIn.Graph -eq $RunbookTenant) { return }
    $SignedIn.Graph = ''
    Connect-MgGraph -TenantId $RunbookTenant -ContextScope Process -Scopes $GraphScopes[$RunbookTenant] -NoWelcome | Out-Host
    Confirm-Tenant 'Microsoft Graph' (Get-MgContext).TenantId
    $SignedIn.Graph = $RunbookTenant
}

# A sign-in to another tenant than the one that was asked for must not send anything.
function Confirm-Tenant([string]$Service, [string]$Id) {
    if ($Id -notin (Get-TenantId $RunbookTenant), $RunbookTenant) {
        throw "the sign-in to $Service is to tenant '$Id' and should be to ${RunbookTenant}: sign in with an account of that tenant"
    }
}

# One request, by the command that has the token for that service, which goes to no other host. The answer as an object; nothing
# where there is none.
function Invoke-Request([string]$Method, [string]$Url, [string]$Body, [hashtable]$Headers = @{}) {
    switch -Wildcard (([uri]$Url).GetLeftPart('Authority')) {
        'https://graph.microsoft.com' {
            Connect-Graph
            $request = @{ Method = $Method; Uri = $Url; Headers = $Headers; OutputType = 'PSObject' }
            if ($Body) { $request.Body = $Body; $request.ContentType = 'application/json' }
            return Invoke-MgGraphRequest @request
        }
        'https://management.azure.com' {
            Connect-Azure
            $request = @{ Method = $Method; Uri = $Url }
            if ($Body) { $request.Payload = $Body }
            $answer = Invoke-AzRestMethod @request
            if ($answer.StatusCode -ge 400) { throw "$($answer.StatusCode) $($answer.Content)" }
            if ($answer.Content) { return $answer.Content | ConvertFrom-Json }
            return
        }
        'https://api.github.com' {
            $path = $Url.Substring('https://api.github.com/'.Length)
            $answer = if ($Body) { $Body | gh api --method $Method $path --input - } else { gh api --method $Method $path }
            if ($LASTEXITCODE) { throw "gh: $answer" }
            if ($answer) { return $answer | ConvertFrom-Json }
            return
        }
        'https://*.vault.azure.net' {
            Connect-Azure
            $token = (Get-AzAccessToken -ResourceUrl 'https://vault.azure.net' -AsSecureString).Token
            $request = @{ Method = $Method; Uri = $Url; Authentication = 'Bearer'; Token = $token }
            if ($Body) { $request.Body = $Body; $request.ContentType = 'application/json' }
            return Invoke-RestMethod @request
        }
        default { throw "nobody signs in to $_" }
    }
}

$Passes = 'PrincipalNotFound|MissingSubscriptionRegistration|SubscriptionNotFound|Request_ResourceNotFound|ResourceNotFound|does not reference a valid|AnotherOperation|OperationInProgress|ReferencedResourceNotProvisioned|ConcurrentFederatedIdentityCredentials|Directory_ConcurrencyViolation|TooManyRequests|ParentResourceNotFound|DirectoryObjectNotFound|Directory_ObjectNotFound|InUseSubnetCannotBeUpdated|ForbiddenByFirewall|ForbiddenByRbac|MANIFEST_UNKNOWN'

function Send-Request([string]$Method, [string]$Url, [string]$Body, [hashtable]$Headers = @{}) {
    Write-Host "  $Method $Url"
    for ($tried = 1; ; $tried++) {
        try { Invoke-Request $Method $Url $Body $Headers | Out-Null; return }
        catch {
            if ($Method -eq 'DELETE' -and "$_" -match '404|Not ?Found') { return }
            # Who has a role under another name has it.
            if ($Method -eq 'PUT' -and "$_" -match 'RoleAssignmentExists') { return }
            if ($tried -ge 20 -or "$_ $($_.ErrorDetails)" -notmatch $Passes) { throw }
            Start-Sleep -Seconds $RunbookPause
        }
    }
}

# What stands there in the answer; of a list, every page is looked through.
function Get-Value([string]$Url, [scriptblock]$Query) {
    while ($Url) {
        $answer = Invoke-Request GET $Url
        $found = & $Query $answer
        if ($null -ne $found) { return $found }
        $Url = if ($answer.nextLink) { $answer.nextLink } else { $answer.'@odata.nextLink' }
    }
}

# Whether there is nothing, nothing where the query leads, or something else than the value.
function Test-Absent([string]$Url, [scriptblock]$Query = { param($answer) $answer }, [string]$Value) {
    try { $found = Get-Value $Url $Query }
    catch { if ("$_ $($_.ErrorDetails)" -match '404|Not ?Found') { return $true } else { throw } }
    if ($Value) { return "$found" -ne $Value }
    return $null -eq $found
}

function Wait-State([string]$Url, [scriptblock]$Query, [string]$State) {
    for ($tried = 1; ; $tried++) {
        $now = try { Get-Value $Url $Query } catch { $null }
        if ("$now" -eq $State) { return }
        if ("$now" -match 'failed$|^cancel') { throw "$Url is $now" }
        if ($tried -ge $RunbookPatience) { throw "$Url is still '$now' and should be $State" }
        Start-Sleep -Seconds $RunbookPause
    }
}

function Invoke-Batch([string]$Server, [string]$Database, [string]$Batch) {
    Write-Host "  SQL $Server/$Database"
    Connect-Azure
    $token = (Get-AzAccessToken -ResourceUrl 'https://database.windows.net/' -AsSecureString).Token
    Invoke-Sqlcmd -ServerInstance $Server -Database $Database -Query $Batch -AccessToken ($token | ConvertFrom-SecureString -AsPlainText)
}

# Reads the values that are not known yet.
function Need([string[]]$Names) {
    foreach ($name in $Names) {
        if (-not (Get-Variable $name -Scope Script -ValueOnly -ErrorAction Ignore)) { & $Read[$name] }
        if (-not (Get-Variable $name -Scope Script -ValueOnly -ErrorAction Ignore)) { throw "$name is not known yet: $($Where[$name])" }
    }
}

# The id of the tenant with this domain, from its public metadata.
function Get-TenantId([string]$Domain) {
    try { ((Invoke-RestMethod "https://login.microsoftonline.com/$Domain/v2.0/.well-known/openid-configuration").issuer -split '/')[3] } catch { $null }
}

# The UUID that words stand for (version 5, for addresses), so that what a run left behind is found by the next.
function Get-NamedId([string]$Words) {
    $space = [Convert]::FromHexString('6ba7b8119dad11d180b400c04fd430c8')
    $hash = [Security.Cryptography.SHA1]::HashData([byte[]]($space + [Text.Encoding]::UTF8.GetBytes($Words)))
    $hash[6] = $hash[6] -band 0x0f -bor 0x50
    $hash[8] = $hash[8] -band 0x3f -bor 0x80
    [guid]::ParseExact([Convert]::ToHexString($hash).Substring(0, 32), 'N').ToString()
}

# A client id as databases know it.
function Get-Sid([string]$ClientId) { '0x' + ((([guid]$ClientId).ToByteArray() | ForEach-Object { $_.ToString('X2') }) -join '') }
